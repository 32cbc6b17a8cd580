/** The API reference: a page for each subpath, with its exports and their members. */
import { relativeLink } from "../html.ts";
import { renderMarkdown } from "../markdown.ts";
import type { Page } from "../page.ts";
import { renderProse } from "./comment.ts";
import type { Declaration, Exported, Module, PublicApi } from "./declarations.ts";
import { Places, pathOf } from "./places.ts";
import { renderSymbol } from "./symbol.ts";

/** The parts of a page, and what is in them. */
const parts: readonly (readonly [title: string, kinds: readonly Declaration["kind"][]])[] = [
  ["Classes", ["class"]],
  ["Functions", ["function"]],
  ["Values", ["variable", "namespace"]],
  ["Types", ["interface", "typeAlias"]],
];

export function apiPages({ modules, files }: PublicApi): readonly Page[] {
  const places = new Places(modules);
  const pages = modules.map((module): Page => {
    const [title = ""] = module.names;
    const description = (module.doc.split("\n\n")[0] ?? "").replace(/^`?edgewater[/\w-]*`?: /, "").replaceAll("\n", " ");
    return { path: pathOf(module), title, description, html: renderModule(module, places, files) };
  });
  return [indexOf(pages), ...pages];
}

function renderModule(module: Module, places: Places, files: PublicApi["files"]): string {
  const { names, doc, symbols } = module;
  const path = pathOf(module);
  const linkTo = (name: string): string | undefined => places.linkTo(path, name);
  const isHere = ({ kind, location }: Declaration): boolean => kind !== "reference" && places.of(location) === path;
  // A name that is a type and a value is with the values.
  const kindOf = ({ declarations }: Exported): Declaration["kind"] | undefined => declarations.findLast(isHere)?.kind;
  const described = parts.map(([title, kinds]) => {
    const id = title.toLowerCase();
    const rendered = symbols
      .filter((symbol) => kinds.some((kind) => kind === kindOf(symbol)))
      .map((symbol) => renderSymbol(symbol, { linkTo, files }));
    return rendered.length === 0 ? "" : `<h2 id="${id}"><a href="#${id}">${title}</a></h2>\n${rendered.join("\n")}`;
  });
  const elsewhere = symbols.filter((symbol) => kindOf(symbol) === undefined);
  const links = elsewhere.map(({ name, declarations: [first] }) => {
    const to = first && places.of(first.def?.target ?? first.location);
    const code = `<code>${name}</code>`;
    return `<li>${to === undefined ? code : `<a href="${relativeLink(path, to)}#${name}">${code}</a>`}</li>`;
  });
  const [name = "", ...older] = names;
  return [
    `<h1 id="${name.replaceAll("/", "-")}"><code>${name}</code></h1>`,
    renderProse(doc, linkTo),
    older.length === 0 ? "" : `<p>Also imported as ${older.map((each) => `<code>${each}</code>`).join(", ")}.</p>`,
    ...described,
    elsewhere.length === 0
      ? ""
      : `<h2 id="elsewhere"><a href="#elsewhere">Described elsewhere</a></h2>\n<ul class="names">${links.join("")}</ul>`,
  ].join("\n");
}

/** The list of all modules. */
function indexOf(pages: readonly Page[]): Page {
  const path = "api/index.html";
  const description = "Every exported name of every import, with its signature and what it does.";
  const rows = pages.map(({ title, description, ...page }) => `| [\`${title}\`](${relativeLink(path, page.path)}) | ${description} |`);
  const markdown = `# API\n\n${description}\n\n| import | what is in it |\n|-|-|\n${rows.join("\n")}\n`;
  return { path, title: "All imports", description, html: renderMarkdown(markdown, (url) => url) };
}
