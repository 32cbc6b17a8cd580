import { compareUtf8 } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import { describe } from "../options.ts";

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
