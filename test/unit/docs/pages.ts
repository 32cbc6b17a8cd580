/** The pages of the documentation, and the TypeScript samples on them. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The root of the repository. */
export const root = join(import.meta.dirname, "../../..");

/** Paths from the root of the repository. */
export async function pages(): Promise<readonly string[]> {
  const docs = await readdir(join(root, "docs"), { recursive: true });
  const own = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md"];
  return [...own, ...docs.filter((path) => path.endsWith(".md")).map((path) => `docs/${path}`)].sort();
}

/** The text of a page. */
export function textOf(page: string): Promise<string> {
  return readFile(join(root, page), "utf8");
}

/** A block of TypeScript on a page. */
export interface Sample {
  readonly page: string;
  /** Line of the page on which the code starts, from 1. */
  readonly line: number;
  readonly code: string;
  /** What the block prints when it runs: the text of the block after it. Undefined for a block that is compiled only. */
  readonly output: string | undefined;
}

/**
 * The samples of a page: its blocks ` ```ts `, which are compiled, and ` ```ts run `, which are also run. What a block prints stands
 * in a block ` ```text ` right after it.
 */
export function samplesOf(page: string, text: string): readonly Sample[] {
  return [...text.matchAll(/^```ts( run)?\n([\s\S]*?)^```$(?:\n\n```text\n([\s\S]*?)^```$)?/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length + 1,
    code: match[2] ?? "",
    output: match[1] === undefined ? undefined : (match[3] ?? ""),
  }));
}
