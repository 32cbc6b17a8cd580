/**
 * The public API as text: every exported name of every subpath, with its signature and without its documentation.
 *
 * `npm run api` writes it to `test/unit/public-api.md`; `test/unit/public-api.test.ts` fails when that file is out of
 * date. A change of the API is then seen in review.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { sources } from "./exports.ts";

const root = join(import.meta.dirname, "..");
const snapshot = join(root, "test/unit/public-api.md");
const exec = promisify(execFile);

const head = `# Public API

Written by \`npm run api\`: review a change of this file as a change of what users rely on.
`;

/** Renders the public API of every subpath. */
export async function describePublicApi(): Promise<string> {
  await mkdir(join(root, ".cache"), { recursive: true });
  const folder = await mkdtemp(join(root, ".cache/public-api-"));
  try {
    await emitDeclarations(folder);
    // Two subpaths of one source, such as an old name, are one section.
    const bySource = Map.groupBy(Object.keys(sources).sort(), (name) => sources[name] ?? "");
    const sections = await Promise.all(
      [...bySource].map(async ([source, names]) => {
        const symbols = await symbolsOf(join(folder, relative(join(root, "src"), source)));
        const heading = `\n## ${names.map((name) => `\`${name}\``).join(", ")}\n`;
        return symbols.length === 0 ? `${heading}\nNo exports.\n` : `${heading}\n\`\`\`ts\n${symbols.join("\n\n")}\n\`\`\`\n`;
      }),
    );
    return head + sections.join("");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Emits declarations without comments and names them `.ts`, because their imports of each other end in `.ts`. */
async function emitDeclarations(folder: string): Promise<void> {
  const options = ["--customConditions", "edgewater-source", "--emitDeclarationOnly", "--declarationMap", "false", "--removeComments"];
  await exec(join(root, "node_modules/.bin/tsc"), ["--project", "tsconfig.build.json", ...options, "--outDir", folder], { cwd: root });
  for (const file of await readdir(folder, { recursive: true })) {
    if (file.endsWith(".d.ts")) await rename(join(folder, file), join(folder, file.replace(/\.d\.ts$/, ".ts")));
  }
}

/** The exported symbols of a declaration file, one text each, sorted by name. */
async function symbolsOf(file: string): Promise<readonly string[]> {
  const { stdout } = await exec(join(root, "node_modules/.bin/deno"), ["doc", "--quiet", "--no-config", "--no-lock", file], {
    cwd: root,
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 64 * 1024 * 1024,
  });
  const blocks = [...stdout.matchAll(/^Defined in (.*):\d+:\d+\n([\s\S]*?)(?=^Defined in |(?![\s\S]))/gm)];
  const symbols = blocks.map(([, path = "", block = ""]) => {
    const text = block.trim().replace(/\n\n/g, "\n");
    // What another package exports is its own API.
    const dependency = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
    if (dependency !== undefined) return `export { ${nameOf(text)} } from ${JSON.stringify(dependency)}`;
    // Which members a function takes out of its options is its own business.
    return text.replace(/(?<=[(,] ?)\{[\w$., ]*\}(?=\??: )/g, "options");
  });
  return [...new Set(symbols)].sort((left, right) => compare(nameOf(left), nameOf(right)) || compare(left, right));
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function nameOf(symbol: string): string {
  return (
    /^(?:(?:abstract|async|class|const|function|interface|namespace|type|var|let|enum|export \{) )*([\w$]+)/.exec(symbol)?.[1] ?? symbol
  );
}

if (process.argv[1] === import.meta.filename) await writeFile(snapshot, await describePublicApi());
