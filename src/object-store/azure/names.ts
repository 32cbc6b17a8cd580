import { EdgewaterError } from "../../errors.ts";
import { checkKey } from "../path.ts";

/**
 * Checks a key, and that Azure keeps it as it is: it makes a slash of a backslash, and drops the dots at the end of a
 * segment, so that two keys would be one object.
 *
 * @throws `InvalidPath`
 */
export function checkBlobName(store: string, key: string): void {
  checkKey(store, key);
  const problem = key.includes("\\") ? "a backslash" : /\.(?:\/|$)/.test(key) ? "a dot at the end of a segment" : undefined;
  if (problem === undefined) return;
  throw new EdgewaterError("InvalidPath", `${JSON.stringify(key)} is not a key in ${store}: Azure does not keep ${problem}`, {
    store,
    key,
  });
}
