/** Comments of the API as HTML. */
import { renderMarkdown } from "../markdown.ts";
import type { Doc } from "./declarations.ts";

/** Where a name leads from the page that is rendered. */
export type LinkTo = (name: string) => string | undefined;

/** Starts the links that `{@link …}` becomes: no link of Markdown has it. */
const reference = "#@";

/** The text of a comment, in which `{@link …}` leads to what is described. */
export function renderProse(text: string, linkTo: LinkTo): string {
  const linked = text.replace(/\{@link ([\w.]+)(?: ([^}]*))?\}/g, (_, name: string, label = `\`${name}\``) =>
    linkTo(name) === undefined ? label : `[${label}](${reference}${name})`,
  );
  return renderMarkdown(linked, (url) => {
    if (url.startsWith(reference)) return linkTo(url.slice(reference.length));
    return /^https?:/.test(url) ? url : undefined;
  });
}

/** A whole comment: its text, its lists, its examples. */
export function renderComment({ doc = "", tags = [] }: Doc = {}, linkTo: LinkTo): string {
  const textsOf = (kind: string): readonly string[] =>
    tags.filter((tag) => tag.kind === kind).map(({ name, doc = "" }) => (name ? `\`${name}\`: ${doc}` : doc).trim());
  const list = (title: string, kind: string): string => {
    const items = textsOf(kind).map((text) => `- ${text.replaceAll("\n", "\n  ")}`);
    return items.length === 0 ? "" : `<p class="tag">${title}</p>\n${renderProse(items.join("\n"), linkTo)}`;
  };
  return [
    renderProse(doc, linkTo),
    list("Parameters", "param"),
    list("Returns", "return"),
    list("Throws", "throws"),
    ...textsOf("example").map((example) => renderProse(example, linkTo)),
  ].join("\n");
}
