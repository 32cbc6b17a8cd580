/** What the search looks through: every heading of every page with the text below it. */
import { headingsOf } from "./html.ts";
import type { Page } from "./page.ts";

/** A page: its path, its title, and its sections, each with its anchor, its heading and its text. */
export type SearchedPage = readonly [
  path: string,
  title: string,
  sections: readonly (readonly [id: string, heading: string, text: string])[],
];

export function searchedPages(pages: readonly Page[]): readonly SearchedPage[] {
  return pages.map(({ path, title, html }): SearchedPage => {
    const isApi = path.startsWith("api/");
    // In the API the anchors of names are the names, with that of their owner.
    return [path, title, headingsOf(html).map(({ level, id, text, content }) => [id, isApi && level > 2 ? id : text, content])];
  });
}
