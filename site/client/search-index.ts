/** The index of the search. It is made in the browser, from the texts of all pages. */
import MiniSearch from "minisearch";
import type { SearchedPage } from "../search.ts";

interface Section {
  readonly id: number;
  readonly url: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

let script: Promise<readonly SearchedPage[]> | undefined;

/** Loads the texts as a script, which a page that is opened as a file may do. */
export function loadPages(base: string): Promise<readonly SearchedPage[]> {
  script ??= new Promise<readonly SearchedPage[]>((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), { src: `${base}search.js` });
    element.addEventListener("load", () => resolve((globalThis as unknown as { searchedPages: readonly SearchedPage[] }).searchedPages));
    element.addEventListener("error", () => {
      script = undefined;
      reject(new Error("Cannot load search.js: it is not beside the site's script"));
    });
    document.head.append(element);
  });
  return script;
}

/** A section, and the words of it that were found. */
export interface Found {
  readonly section: Section;
  readonly terms: readonly string[];
}

/** What finds sections by a query, the best first. */
export function searchIn(pages: readonly SearchedPage[]): (query: string) => readonly Found[] {
  const sections: Section[] = [];
  for (const [path, page, parts] of pages) {
    for (const [at, [anchor, heading, text]] of parts.entries()) {
      sections.push({ id: sections.length, url: at === 0 ? path : `${path}#${anchor}`, page, heading, text });
    }
  }
  const index = new MiniSearch<Section>({
    fields: ["heading", "page", "text"],
    processTerm: (term) => [term.toLowerCase(), ...wordsIn(term)],
  });
  index.addAll(sections);
  return (query) =>
    index
      .search(query, {
        boost: { heading: 5, page: 2 },
        prefix: (term) => term.length > 1,
        fuzzy: (term) => (term.length > 4 ? 0.2 : false),
        combineWith: "AND",
        processTerm: (term) => term.toLowerCase(),
        // A guide tells more than a signature, and the log of changes less.
        boostDocument: (id) => {
          const url = sections[Number(id)]?.url ?? "";
          return url.startsWith("project/") ? 0.4 : url.startsWith("api/") ? 0.9 : 1.2;
        },
      })
      .flatMap(({ id, terms }) => {
        const section = sections[Number(id)];
        return section ? [{ section, terms }] : [];
      });
}

/** The words of a name such as `addOutputMetadata`, which people look for one by one. */
function wordsIn(term: string): readonly string[] {
  const words = term.split(/(?<=[a-z0-9])(?=[A-Z])|_/);
  return words.length === 1 ? [] : words.map((word) => word.toLowerCase());
}
