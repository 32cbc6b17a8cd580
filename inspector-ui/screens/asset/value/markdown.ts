/** Markdown as HTML. micromark escapes HTML and drops URLs that run code; images become links, so that nothing is loaded unasked. */
import { micromark } from "micromark";
import { gfmTable, gfmTableHtml } from "micromark-extension-gfm-table";

const isWeb = (url: string): boolean => /^(https?:|mailto:)/i.test(url);

/** Renders Markdown, with tables as GitHub has them. Headings begin at the third level: a card has the second. */
export function markdownToHtml(text: string): string {
  const html = micromark(text, { extensions: [gfmTable()], htmlExtensions: [gfmTableHtml()] });
  return html
    .replace(/<img src="([^"]*)" alt="([^"]*)"(?: title="[^"]*")?\s*\/?>/g, (_, url: string, alt: string) =>
      isWeb(url) ? `<a href="${url}">${alt === "" ? url : alt}</a>` : alt,
    )
    .replace(/<a href="([^"]*)"/g, (_, url: string) => (isWeb(url) ? `<a href="${url}" target="_blank" rel="noopener noreferrer"` : "<a"))
    .replace(/<(\/?)h([1-6])>/g, (_, slash: string, level: string) => `<${slash}h${Math.min(6, Number(level) + 2)}>`)
    .replace(/<table>/g, '<div class="scroll" tabindex="0" role="region" aria-label="Table"><table>')
    .replace(/<\/table>/g, "</table></div>");
}
