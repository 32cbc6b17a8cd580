/** Text and HTML. */
import { posix } from "node:path";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** The text that HTML shows. */
export function textOf(html: string): string {
  const text = html.replace(/<[^>]*>/g, "").replace(/&#x27;/g, "'");
  return Object.entries(entities)
    .reverse()
    .reduce((all, [character, entity]) => all.replaceAll(entity, character), text);
}

/** The link from one page of the site to another. */
export function relativeLink(from: string, to: string): string {
  return posix.relative(posix.dirname(from), to) || posix.basename(to);
}

export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly text: string;
  /** The text from this heading to the next. */
  readonly content: string;
}

/** The headings of a page. What stands above the first one belongs to none. */
export function headingsOf(html: string): readonly Heading[] {
  const marks = [...html.matchAll(/<h([1-4]) id="([^"]*)">([\s\S]*?)<\/h\1>/g)];
  return marks.map(({ index, 0: whole, 1: level, 2: id = "", 3: inner = "" }, at) => ({
    level: Number(level),
    id,
    text: textOf(inner),
    content: textOf(html.slice(index + whole.length, marks[at + 1]?.index).replace(/<\/(?:p|li|t[dhr]|pre|div|figcaption)>|<br>/g, " $&"))
      .replace(/\s+/g, " ")
      .trim(),
  }));
}
