/** Compiles every TypeScript sample of the README and the pages in docs, and follows their links. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");

/** Paths from the root of the repository. The generated API reference is not among them. */
async function pages(): Promise<readonly string[]> {
  const docs = await readdir(join(root, "docs"), { recursive: true });
  const own = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md"];
  return [...own, ...docs.filter((path) => path.endsWith(".md") && !path.startsWith("api/")).map((path) => `docs/${path}`)].sort();
}

interface Sample {
  readonly page: string;
  /** Line of the page on which the code starts, from 1. */
  readonly line: number;
  readonly code: string;
}

function samplesOf(page: string, text: string): readonly Sample[] {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length + 1,
    code: match[1] ?? "",
  }));
}

/** Writes each sample to a module of its own, on the lines that it has in its page, and returns what the compiler says. */
async function compile(samples: readonly Sample[]): Promise<string> {
  // Below the root, so that `edgewater` is this package.
  await mkdir(join(root, ".cache"), { recursive: true });
  const folder = await mkdtemp(join(root, ".cache/samples-"));
  try {
    for (const { page, line, code } of samples) {
      const module = `export {};${"\n".repeat(line - 1)}${code}`;
      await writeFile(join(folder, `${page.replaceAll("/", "+")}+${line}.ts`), module);
    }
    const compilerOptions = { erasableSyntaxOnly: false, verbatimModuleSyntax: false, noImplicitOverride: false };
    const include = ["*.ts", join(import.meta.dirname, "prelude.d.ts")];
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../tsconfig.json", compilerOptions, include, exclude: [] }),
    );
    const { promise, resolve } = Promise.withResolvers<string>();
    execFile(join(root, "node_modules/.bin/tsc"), ["--project", folder, "--pretty", "false"], { cwd: root }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
    return (await promise).replaceAll(`${relative(root, folder)}/`, "");
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("the documentation", () => {
  it("has samples that compile, and one that does not would be reported", async () => {
    const texts = await Promise.all((await pages()).map(async (page) => samplesOf(page, await readFile(join(root, page), "utf8"))));
    const samples = texts.flat();
    expect(samples.length).toBeGreaterThan(40);
    const wrong = { page: "wrong.md", line: 7, code: 'import { asset } from "edgewater";\nasset({ name: 1 }, () => 2);\n' };
    const [first, ...more] = (await compile([...samples, wrong])).trim().split(/\n(?! )/);
    expect(first).toMatch(/^wrong\.md\+7\.ts\(8,9\): error TS/);
    expect(more).toEqual([]);
  });

  it("has no link to a file or heading that is not there", async () => {
    const broken: string[] = [];
    for (const page of await pages()) {
      const text = (await readFile(join(root, page), "utf8")).replace(/^```[\s\S]*?^```$/gm, "");
      for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target)) continue;
        const [path = "", anchor] = target.split("#");
        const file = path === "" ? join(root, page) : join(root, dirname(page), path);
        if (!existsSync(file)) broken.push(`${page}: ${target}`);
        else if (anchor !== undefined && !headingsOf(await readFile(file, "utf8")).includes(anchor)) broken.push(`${page}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it("maps every folder and file at the top of src in CONTRIBUTING.md", async () => {
    const map = await readFile(join(root, "CONTRIBUTING.md"), "utf8");
    const entries = await readdir(join(root, "src"), { withFileTypes: true });
    const missing = entries
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .filter((name) => !map.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });

  it("has a README of at most 150 lines", async () => {
    expect((await readFile(join(root, "README.md"), "utf8")).split("\n").length).toBeLessThanOrEqual(150);
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
