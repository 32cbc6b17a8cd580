/** Compiles and runs the TypeScript samples of the README and the pages in docs, and follows the links. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { slugOf } from "../../../site/markdown.ts";
import { contents, readGroups } from "../../../site/navigation.ts";
import { notRun } from "./not-run.ts";
import { pages, root, type Sample, samplesOf, textOf } from "./pages.ts";
import { run } from "./run-sample.ts";

const samples = (await Promise.all((await pages()).map(async (page) => samplesOf(page, await textOf(page))))).flat();
const left = ({ page, code }: Sample): boolean => notRun.some((each) => each.page === page && code.includes(each.having ?? ""));
const running = samples.filter((sample) => !left(sample));

/** Writes each sample to a module of its own, on the lines that it has in its page, and returns what the compiler says. */
async function compile(samples: readonly Pick<Sample, "page" | "line" | "code">[]): Promise<string> {
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
  it("has samples that compile, and reports one that does not", async () => {
    expect(samples.length).toBeGreaterThan(40);
    const wrong = { page: "wrong.md", line: 7, code: 'import { asset } from "edgewater";\nasset({ name: 1 }, () => 2);\n' };
    const errors = (await compile([...samples, wrong])).split("\n").filter((line) => /^\S/.test(line));
    expect(errors).toEqual([expect.stringMatching(/^wrong\.md\+7\.ts\(8,9\): error TS/)]);
  });

  it.each(running)("has a sample that runs: $page, line $line", async (sample) => {
    const printed = await run(sample);
    if (sample.output !== undefined) expect(printed).toBe(sample.output);
  });

  it("leaves out only samples that are there, and none that says what it prints", () => {
    const unused = notRun.filter(
      ({ page, having = "" }) => !samples.some((sample) => sample.page === page && sample.code.includes(having)),
    );
    expect(unused).toEqual([]);
    expect(samples.filter((sample) => left(sample) && sample.output !== undefined)).toEqual([]);
  });

  it("has samples that say what they print on the pages that teach by them", () => {
    const taught = ["delta", "getting-started", "handlers", "partitions", "testing"].map((name) => `docs/${name}.md`);
    expect(taught.filter((page) => !samples.some((sample) => sample.page === page && sample.output !== undefined))).toEqual([]);
  });

  it("reports a sample that prints something else, and one that throws, with its line", async () => {
    expect(await run({ page: "wrong.md", line: 7, code: "console.log(1, { a: [] });\n" })).toBe("1 { a: [] }\n");
    const error = await run({ page: "wrong.md", line: 7, code: 'throw new Error("no");\n' }).catch((thrown: unknown) => thrown);
    expect(String((error as Error).stack)).toMatch(/wrong\.md\+7\.ts:7:/);
  });

  it("has no link to a file or heading that is not there", async () => {
    const broken: string[] = [];
    for (const page of await pages()) {
      const text = (await textOf(page)).replace(/^```[\s\S]*?^```$/gm, "");
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

  it("has every page in its contents, once", async () => {
    const listed = readGroups(await textOf(contents)).flatMap(({ entries }) => entries.map(({ source }) => source));
    expect([...listed, contents, "README.md"].sort()).toEqual(await pages());
  });

  it("maps every folder and file at the top of src in CONTRIBUTING.md", async () => {
    const map = await textOf("CONTRIBUTING.md");
    const entries = await readdir(join(root, "src"), { withFileTypes: true });
    const missing = entries
      .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
      .filter((name) => !map.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });

  it("has a README of at most 150 lines", async () => {
    expect((await textOf("README.md")).split("\n").length).toBeLessThanOrEqual(150);
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
function headingsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => slugOf(heading));
}
