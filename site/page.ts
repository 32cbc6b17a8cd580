/** The frame of every page: header, contents, the page, and what is on it. */
import { escapeHtml, type Heading, headingsOf, relativeLink } from "./html.ts";

/** A page before it has its frame. */
export interface Page {
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly html: string;
}

export interface NavigationGroup {
  readonly title: string;
  readonly entries: readonly Pick<Page, "path" | "title">[];
}

/** The whole document. Every URL in it is relative, so that it works below any prefix, and as a file. */
export function documentOf(page: Page, groups: readonly NavigationGroup[], home: string): string {
  const to = (path: string): string => relativeLink(page.path, path);
  const title = page.path === home ? page.title : `${page.title} · edgewater`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<meta name="description" content="${escapeHtml(page.description.replaceAll("`", ""))}">
<link rel="icon" href="${to("icon.svg")}">
<link rel="stylesheet" href="${to("site.css")}">
<script>try { document.documentElement.dataset.theme = localStorage.getItem("edgewater-docs-theme") ?? ""; } catch {}</script>
<script src="${to("site.js")}" defer></script>
</head>
<body>
<a class="skip" href="#page">Skip to the page</a>
<header>
<button type="button" class="icon-button menu" popovertarget="contents" aria-label="Contents">${icons.menu}</button>
<a class="brand" href="${to(home)}">${icons.wave}edgewater</a>
<button type="button" class="search-button" id="open-search" aria-keyshortcuts="/">${icons.search}<span>Search</span><kbd aria-hidden="true">/</kbd></button>
<button type="button" class="icon-button" id="theme" aria-label="Theme: system">${icons.theme}</button>
</header>
<div class="frame">
<nav id="contents" popover aria-label="Contents">${navigation(page.path, groups, home)}</nav>
<main id="page" tabindex="-1">
<article>${page.html}</article>
${neighbours(page.path, groups)}
</main>
${onThisPage(headingsOf(page.html))}
</div>
<dialog id="search" aria-label="Search">
<form method="dialog"><label for="query">${icons.search}<span class="hidden">Search</span></label><input id="query" type="text" inputmode="search" placeholder="Search pages and API" autocomplete="off" spellcheck="false"><button type="submit">Close</button></form>
<p id="found" role="status"></p>
<ol id="results"></ol>
</dialog>
</body>
</html>
`;
}

function navigation(path: string, groups: readonly NavigationGroup[], home: string): string {
  const current = (to: string): string => (to === path ? ' aria-current="page"' : "");
  return groups
    .map(({ title, entries }, at) => {
      const items = entries.map(
        (entry) => `<li><a href="${relativeLink(path, entry.path)}"${current(entry.path)}>${escapeHtml(entry.title)}</a></li>`,
      );
      // The groups that most readers look for, and that of this page.
      const isOpen = at < 2 || path === home || entries.some((entry) => entry.path === path);
      return `<details${isOpen ? " open" : ""}><summary>${escapeHtml(title)}</summary><ul>${items.join("")}</ul></details>`;
    })
    .join("\n");
}

function neighbours(path: string, groups: readonly NavigationGroup[]): string {
  const entries = groups.flatMap(({ entries }) => entries);
  const at = entries.findIndex((entry) => entry.path === path);
  const link = (index: number, rel: "prev" | "next", label: string): string => {
    const entry = index < 0 ? undefined : entries[index];
    return entry ? `<a rel="${rel}" href="${relativeLink(path, entry.path)}"><small>${label}</small>${escapeHtml(entry.title)}</a>` : "";
  };
  return `<nav class="neighbours" aria-label="Next and previous page">${link(at - 1, "prev", "Previous")}${link(at + 1, "next", "Next")}</nav>`;
}

function onThisPage(headings: readonly Heading[]): string {
  const shown = headings.filter(({ level }) => level === 2 || level === 3);
  if (shown.length < 2) return `<div class="toc"></div>`;
  const items = shown.map(({ level, id, text }) => `<li class="level-${level}"><a href="#${id}">${escapeHtml(text)}</a></li>`);
  return `<nav class="toc" aria-label="On this page"><p>On this page</p><ul>${items.join("")}</ul></nav>`;
}

const icon = (path: string): string =>
  `<svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${path}</svg>`;

const icons = {
  menu: icon('<path d="M4 7h16M4 12h16M4 17h16"/>'),
  search: icon('<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>'),
  theme: icon('<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="currentColor"/>'),
  wave: icon('<path d="M3 9c3-3.5 6-3.5 9 0s6 3.5 9 0M3 16c3-3.5 6-3.5 9 0s6 3.5 9 0"/>'),
};
