import { compareUtf8 } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import { describe } from "../options.ts";
import { type Call, failed } from "./call.ts";
import { isKey, isPrefix } from "./path.ts";
import type { CommonPrefix, ObjectMeta } from "./types.ts";

/** The options of a list that choose its entries. */
export interface Page {
  readonly delimiter?: "/" | undefined;
  readonly startAfter?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * Chooses the entries of a list from all keys below a prefix. An entry is a key or a common prefix, which ends with a slash.
 *
 * @param keys in UTF-8 order
 */
export function* pageOf(keys: readonly string[], prefix: string, { delimiter, startAfter, limit }: Page): Generator<string, void, void> {
  let rest = checkLimit(limit);
  let last: string | undefined;
  for (const key of keys) {
    if (rest === 0) return;
    const end = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
    const entry = end === -1 ? key : key.slice(0, end + 1);
    if (entry === last || (startAfter !== undefined && compareUtf8(entry, startAfter) <= 0)) continue;
    last = entry;
    rest--;
    yield entry;
  }
}

/**
 * Checks the limit of a list, and returns it; infinity if there is none.
 *
 * @throws `InvalidRange` if it is not a whole number of at least 0
 */
export function checkLimit(limit: number = Number.POSITIVE_INFINITY): number {
  if (limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && limit >= 0)) return limit;
  throw new EdgewaterError("InvalidRange", `Invalid limit of a list: ${describe(limit)}; expected a whole number, 0 or more`);
}

/** The option of `list` by which a wrapper learns of the names that a store leaves out because they are not keys. */
export const onLeftOut: unique symbol = Symbol.for("edgewater/left-out");

/** Reports a name that a list leaves out: get, head and delete would refuse it. */
export function reportLeftOut(options: object, name: string): void {
  (options as { readonly [onLeftOut]?: (name: string) => void })[onLeftOut]?.(name);
}

/** The entries of a list whose names are keys, or prefixes of keys. Others are left out and reported. */
export async function* keysOnly<Entry extends ObjectMeta | CommonPrefix>(
  entries: AsyncIterable<Entry>,
  options: object,
): AsyncGenerator<Entry, void, void> {
  for await (const entry of entries) {
    if ("prefix" in entry ? isPrefix(entry.prefix) : isKey(entry.key)) yield entry;
    else reportLeftOut(options, "prefix" in entry ? entry.prefix : entry.key);
  }
}

/** Pages without an entry that may follow each other: Azure sends some where much was deleted. */
const maxEmptyPages = 1000;

/** The pages of one list, as a server's tokens lead from each to the next. */
export class PageTokens {
  readonly #call: Call;
  readonly #seen = new Set<string>();
  #emptyPages = 0;

  constructor(call: Call) {
    this.#call = call;
  }

  /**
   * The token of the next page; undefined after the last.
   *
   * @param isTruncated whether the server states that there are more pages; undefined when it does not state it
   * @throws `Unavailable` when there is a next page and no token, for a token that came before, and for pages without end that
   * have no entry: the rest of the list cannot be read
   */
  next(token: string | undefined, isTruncated: boolean | undefined, entries: number): string | undefined {
    if (isTruncated === false || (!token && !isTruncated)) return undefined;
    if (!token) throw failed(this.#call, "Unavailable", "the server states that the list goes on, and not where");
    this.#emptyPages = entries > 0 ? 0 : this.#emptyPages + 1;
    if (this.#seen.has(token) || this.#emptyPages > maxEmptyPages) {
      throw failed(this.#call, "Unavailable", "the server sends pages of the list without end");
    }
    this.#seen.add(token);
    return token;
  }
}
