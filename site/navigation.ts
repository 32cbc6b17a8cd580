/** The pages of the site and their order: the tables of `docs/README.md`, which is the contents on a code host too. */
import { posix } from "node:path";

/** A page that is made of a Markdown file. */
export interface Entry {
  readonly title: string;
  /** What is in the page, as Markdown. */
  readonly description: string;
  /** The Markdown file, from the root of the repository. */
  readonly source: string;
  /** The page, from the root of the site. */
  readonly path: string;
}

export interface Group {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** The file that has the contents. It is no page of its own: links to it lead to the first page. */
export const contents = "docs/README.md";

/** The first page, above all groups. */
export const home: Entry = {
  title: "edgewater",
  description: "Persist and load data assets through IO handlers, in browsers, Node, Deno, Bun and Cloudflare Workers.",
  source: "README.md",
  path: "index.html",
};

/** The groups of the contents: a heading, and a table whose rows start with a link. */
export function readGroups(text: string): readonly Group[] {
  const [, ...sections] = text.split(/^## /m);
  return sections.map((section) => ({
    title: section.slice(0, section.indexOf("\n")),
    entries: [...section.matchAll(/^\| \[(.+?)\]\((\S+?)\) \| (.*?) \|$/gm)].map(([, title = "", link = "", description = ""]) => {
      const source = posix.join(posix.dirname(contents), link);
      return { title, description, source, path: pathOf(source) };
    }),
  }));
}

/** The path in the site of a Markdown file: that below `docs`, or one below `project`. */
function pathOf(source: string): string {
  const path = source.startsWith("docs/") ? source.slice("docs/".length) : `project/${source.toLowerCase().replace("/readme", "")}`;
  return path.replace(/\.md$/, ".html");
}
