import { codePoints } from "./functions.ts";

/** A pattern of LIKE. */
export interface LikePattern {
  /** The text that every match starts with. */
  readonly prefix: string;
  /** Whether the prefix and any text after it match. */
  readonly isPrefixOnly: boolean;
  readonly matches: (text: string) => boolean;
}

const anyText = Symbol("%");
const anyCharacter = Symbol("_");

/** Reads a pattern: `%` is any text, `_` any character; after a backslash both, and a backslash, stand for themselves. */
export function likePattern(pattern: string): LikePattern {
  const parts: (string | typeof anyText | typeof anyCharacter)[] = [];
  let isEscaped = false;
  for (const character of pattern) {
    if (isEscaped && !/[%_\\]/.test(character)) parts.push("\\");
    if (!isEscaped && character === "\\") {
      isEscaped = true;
      continue;
    }
    parts.push(isEscaped ? character : character === "%" ? anyText : character === "_" ? anyCharacter : character);
    isEscaped = false;
  }
  if (isEscaped) parts.push("\\");
  const firstWild = parts.findIndex((part) => typeof part !== "string");
  const literal = firstWild < 0 ? parts : parts.slice(0, firstWild);
  return {
    prefix: literal.join(""),
    isPrefixOnly: firstWild >= 0 && parts.slice(firstWild).every((part) => part === anyText),
    matches: (text) => matches(codePoints(text)),
  };

  /** Goes back to the last `%` only, so the time is at most the product of both lengths. */
  function matches(text: readonly string[]): boolean {
    let [at, part, lastAny, resumeAt] = [0, 0, -1, 0];
    while (at < text.length) {
      const expected = parts[part];
      if (expected === anyText) {
        [lastAny, resumeAt] = [part++, at];
      } else if (expected === anyCharacter || (expected !== undefined && expected === text[at])) {
        part++;
        at++;
      } else if (lastAny >= 0) {
        part = lastAny + 1;
        at = ++resumeAt;
      } else {
        return false;
      }
    }
    return parts.slice(part).every((each) => each === anyText);
  }
}
