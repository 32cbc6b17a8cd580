/** The text of a declaration, without comments and without its members. */

const closing = new Set([")", "]", "}"]);
const opening = new Set(["(", "[", "{"]);

/**
 * The declaration that a text begins with.
 *
 * @param until `body` for the head of a class or an interface, `end` for all of a declaration
 */
export function signatureAt(text: string, until: "body" | "end"): string {
  let signature = "";
  let depth = 0;
  let angles = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text.startsWith("/*", index)) {
      index = text.indexOf("*/", index) + 1;
      continue;
    }
    const character = text.charAt(index);
    if (character === '"') {
      const end = endOfString(text, index);
      signature += text.slice(index, end);
      index = end - 1;
      continue;
    }
    if (character === "<") angles += 1;
    // Not that of an arrow.
    else if (character === ">" && text.charAt(index - 1) !== "=") angles -= 1;
    if (depth === 0 && (character === ";" || (until === "body" && angles === 0 && character === "{"))) break;
    if (opening.has(character)) depth += 1;
    else if (closing.has(character)) depth -= 1;
    if (depth < 0) break;
    signature += character;
  }
  return tidy(signature);
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (text.charAt(index) !== '"') index += text.charAt(index) === "\\" ? 2 : 1;
  return index + 1;
}

/** Drops the words that every declaration has, empty lines where comments were, and the indentation of a member. */
function tidy(signature: string): string {
  const lines = signature
    .trim()
    .replace(/^(?:export )?(?:declare )?/, "")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const last = /^ */.exec(lines.at(-1) ?? "")?.[0].length ?? 0;
  return lines.map((line, at) => (at === 0 ? line : line.slice(last).replace(/^ +/, (spaces) => " ".repeat(spaces.length / 2)))).join("\n");
}
