/** The part of a text that was found. */

interface Part {
  readonly isMatch: boolean;
  readonly text: string;
}

const before = 50;
const length = 160;

/** The text around the first of the terms, from word to word, split at all of them. */
export function excerptOf(text: string, terms: readonly string[]): readonly Part[] {
  const pattern = new RegExp(`(${terms.map((term) => term.replace(/[^\p{L}\p{N}]/gu, "\\$&")).join("|")})`, "gi");
  const first = text.search(pattern);
  const start = first <= before ? 0 : text.lastIndexOf(" ", first - before) + 1;
  const cut = text.lastIndexOf(" ", start + length);
  const end = start + length >= text.length ? text.length : cut > start ? cut : start + length;
  const part = `${start > 0 ? "… " : ""}${text.slice(start, end)}${end < text.length ? " …" : ""}`;
  // Split by a group, every second part is a match.
  return part
    .split(pattern)
    .map((text, at) => ({ isMatch: at % 2 === 1, text }))
    .filter(({ text }) => text !== "");
}
