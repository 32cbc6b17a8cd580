/** The dialog of the search. */
import { excerptOf } from "./excerpt.ts";
import { type Found, loadPages, searchIn } from "./search-index.ts";

const shown = 30;

/** Opens the search with its button, with `/` and with Control or Command and K. */
export function addSearch(base: string): void {
  const dialog = document.querySelector<HTMLDialogElement>("#search");
  const input = document.querySelector<HTMLInputElement>("#query");
  const status = document.querySelector("#found");
  const list = document.querySelector("#results");
  if (!dialog || !input || !status || !list) return;

  let search: Promise<(query: string) => readonly Found[]> | undefined;
  const update = async (): Promise<void> => {
    search ??= loadPages(base).then(searchIn);
    try {
      const find = await search;
      const found = input.value.trim() === "" ? [] : find(input.value);
      status.textContent = input.value.trim() === "" ? "" : countOf(found.length);
      list.replaceChildren(...found.slice(0, shown).map((each) => resultOf(base, each)));
    } catch (error) {
      search = undefined;
      status.textContent = String(error);
    }
  };
  const open = (): void => {
    dialog.showModal();
    input.select();
    void update();
  };

  // Before it is asked for, so that it is there when the connection is gone.
  addEventListener("load", () => setTimeout(() => void loadPages(base).catch(() => undefined), 500));
  document.querySelector("#open-search")?.addEventListener("click", open);
  input.addEventListener("input", () => void update());
  document.addEventListener("keydown", (event) => {
    const isAsked = (event.key === "/" && event.target !== input) || (event.key === "k" && (event.ctrlKey || event.metaKey));
    if (!isAsked) return;
    event.preventDefault();
    if (!dialog.open) open();
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

function countOf(results: number): string {
  if (results === 0) return "Nothing found";
  if (results === 1) return "1 result";
  return results > shown ? `The first ${shown} of ${results} results` : `${results} results`;
}

function resultOf(base: string, { section: { url, page, heading, text }, terms }: Found): HTMLLIElement {
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
