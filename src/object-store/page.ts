import { compareUtf8 } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";

/** Which of the entries below a prefix are wanted. */
export interface Page {
  readonly delimiter?: "/" | undefined;
  readonly startAfter?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * The entries of a page from the keys below a prefix, which are in UTF-8 order: keys, and common prefixes, which end
 * with a slash.
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
 * How many entries are wanted: infinitely many without a limit.
 *
 * @throws `InvalidRange` for a limit that is no whole number from 0 on
 */
export function checkLimit(limit: number = Number.POSITIVE_INFINITY): number {
  if (limit === Number.POSITIVE_INFINITY || (Number.isSafeInteger(limit) && limit >= 0)) return limit;
  throw new EdgewaterError("InvalidRange", `A list's limit is a whole number from 0 on, not ${limit}`);
}
