/** Markdown as the HTML of a page. */
import { micromark } from "micromark";
import { gfmTable, gfmTableHtml } from "micromark-extension-gfm-table";
import { codeBlock } from "./highlight.ts";
import { textOf } from "./html.ts";

/** Where a link of the text leads: another URL, or undefined for what is not in the site. */
export type Resolve = (url: string) => string | undefined;

/**
 * The HTML of a text in Markdown. What the texts have of HTML is shown as text.
 *
 * Headings have anchors and link to themselves, code is highlighted, and a table scrolls in a box of its own. A link that leads to
 * nothing in the site, such as one to a source file, is left out, and its text stays.
 */
export function renderMarkdown(text: string, resolve: Resolve): string {
  const html = micromark(text, { extensions: [gfmTable()], htmlExtensions: [gfmTableHtml()] });
  const slug = slugs();
  return html
    .replace(/<a href="([^"]*)">([\s\S]*?)<\/a>/g, (_, url: string, inner: string) => {
      const target = resolve(textOf(url));
      return target === undefined ? inner : `<a href="${target}">${inner}</a>`;
    })
    .replace(/<img src="([^"]*)"/g, (_, url: string) => `<img src="${resolve(textOf(url)) ?? ""}" loading="lazy"`)
    .replace(/<h([1-6])>([\s\S]*?)<\/h\1>/g, (_, level: string, inner: string) => {
      const id = slug(textOf(inner));
      return `<h${level} id="${id}">${inner.includes("<a ") ? inner : `<a href="#${id}">${inner}</a>`}</h${level}>`;
    })
    .replace(/<pre><code(?: class="language-(\w+)")?>([\s\S]*?)<\/code><\/pre>/g, (_, language: string | undefined, code: string) =>
      codeBlock(textOf(code), language ?? "text"),
    )
    .replace(/<table>[\s\S]*?<\/table>/g, (table) => `<div class="table" tabindex="0">${table.replace(/<th><\/th>/g, "<td></td>")}</div>`);
}

/** The anchors of headings, as code hosts make them: a text that comes again gets a number. */
function slugs(): (text: string) => string {
  const seen = new Map<string, number>();
  return (text) => {
    const slug = slugOf(text);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  };
}

/** The anchor of a heading with this text. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
