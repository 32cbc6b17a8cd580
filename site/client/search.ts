/** The search: a dialog that looks through all pages, without a server. */
import MiniSearch from "minisearch";
import type { SearchedPage } from "../search.ts";
import { excerptOf } from "./excerpt.ts";

interface Section {
  readonly id: number;
  readonly url: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

const shown = 30;

/** Opens the search with its button and with `/`. */
export function openSearchByKey(base: string): void {
  const dialog = document.querySelector<HTMLDialogElement>("#search");
  const input = document.querySelector<HTMLInputElement>("#query");
  const status = document.querySelector("#found");
  const list = document.querySelector("#results");
  if (!dialog || !input || !status || !list) return;

  let loading: Promise<(query: string) => void> | undefined;
  const open = (): void => {
    dialog.showModal();
    input.select();
    loading ??= load(base)
      .then(indexOf, (error: unknown) => {
        loading = undefined;
        status.textContent = "The search could not be loaded.";
        throw error;
      })
      .then((find) => (query) => {
        const found = query.trim() === "" ? [] : find(query);
        status.textContent =
          query.trim() === "" ? "" : found.length === 0 ? "Nothing found" : found.length === 1 ? "1 result" : `${found.length} results`;
        list.replaceChildren(...found.slice(0, shown).map(({ section, terms }) => resultOf(base, section, terms)));
      });
    update();
  };
  const update = (): void => {
    loading?.then((show) => show(input.value));
  };

  // Before it is asked for, so that it is there when the connection is gone.
  addEventListener("load", () => setTimeout(() => void load(base).catch(() => undefined), 500));
  document.querySelector("#open-search")?.addEventListener("click", open);
  input.addEventListener("input", update);
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement;
    if ((event.key === "/" && !isTyping) || (event.key === "k" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      if (!dialog.open) open();
    }
  });
  dialog.addEventListener("keydown", (event) => {
    const stops = [input, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement as HTMLInputElement);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      stops[Math.min(Math.max(at + step, 0), stops.length - 1)]?.focus();
    } else if (event.key === "Enter" && document.activeElement === input) {
      event.preventDefault();
      list.querySelector("a")?.click();
    }
  });
  dialog.addEventListener("click", (event) => {
    // Its backdrop, or a result: one on this page changes the anchor only.
    if (event.target === dialog || (event.target as Element).closest("a")) dialog.close();
  });
}

let script: Promise<readonly SearchedPage[]> | undefined;

/** Loads the texts as a script, which a page that is opened as a file may do. */
function load(base: string): Promise<readonly SearchedPage[]> {
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

interface Found {
  readonly section: Section;
  readonly terms: readonly string[];
}

function indexOf(pages: readonly SearchedPage[]): (query: string) => readonly Found[] {
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

function resultOf(base: string, { url, page, heading, text }: Section, terms: readonly string[]): HTMLLIElement {
  const link = Object.assign(document.createElement("a"), { href: base + url });
  const title = Object.assign(document.createElement("strong"), { textContent: heading });
  const place = Object.assign(document.createElement("small"), { textContent: heading === page ? "" : page });
  const excerpt = document.createElement("span");
  for (const { isMatch, text: part } of excerptOf(text, terms)) {
    excerpt.append(isMatch ? Object.assign(document.createElement("mark"), { textContent: part }) : part);
  }
  link.append(title, place, excerpt);
  const item = document.createElement("li");
  item.append(link);
  return item;
}
