/** What a look at JSON text tells that its parsed value does not. */
import { damaged } from "./failures.ts";

/** Where text that is not JSON ends too soon, or undefined where something else is wrong with it. */
export function endOf(text: Uint8Array): number | undefined {
  let depth = 0;
  let isString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text[index];
    if (code === 34) isString = !isString;
    else if (isString) {
      if (code === 92) index++;
    } else if (code === 123 || code === 91) depth++;
    else if (code === 125 || code === 93) depth--;
  }
  return depth > 0 || isString || text.length === 0 ? text.length : undefined;
}

/**
 * Refuses JSON whose `meta` has a key twice in one object: annotations that contradict each other, of which parsing keeps
 * the last.
 *
 * @param text - Valid JSON
 */
export function checkKeys(text: string): void {
  /** The keys of each open object; undefined for an array and outside of `meta`. */
  const open: (Set<string> | undefined)[] = [];
  let isMeta = false;
  let seen: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) {
      const from = at++;
      while (text.charCodeAt(at) !== 34) at += text.charCodeAt(at) === 92 ? 2 : 1;
      if (isMeta || open.length === 1) seen = text.slice(from, at + 1);
    } else if (code === 58 && seen !== undefined) {
      const key = seen.includes("\\") ? (JSON.parse(seen) as string) : seen.slice(1, -1);
      const keys = open.at(-1);
      if (keys?.has(key)) throw damaged(`it has ${JSON.stringify(key)} twice in one object`);
      keys?.add(key);
      if (open.length === 1) isMeta = key === "meta";
      seen = undefined;
    } else if (code === 123) open.push(isMeta || open.length === 0 ? new Set() : undefined);
    else if (code === 91) open.push(undefined);
    else if (code === 125 || code === 93) {
      open.pop();
      if (open.length === 1) isMeta = false;
    }
  }
}
