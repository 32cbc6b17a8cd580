/** What the types cost a consumer: `tsc --extendedDiagnostics` of a pipeline over the packed library. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { install } from "../../support/servers/package.ts";
import { root, run } from "../../support/spawn.ts";
import type { AddRow } from "./harness.ts";

const assets = 100;

/** Assets of which each takes the one before it. */
function pipeline(): string {
  const first = `const a0 = asset({ name: "a0" }, () => [{ id: 1, at: new Date(0) }]);`;
  const later = Array.from({ length: assets - 1 }, (_, index) => {
    const rows = `a${index}`;
    return `const a${index + 1} = asset({ name: "a${index + 1}", inputs: { ${rows} } }, ({ ${rows} }) => ${rows}.map((row) => ({ ...row, n${index}: ${index} })).slice(0, ${index}).map(({ id, at }) => ({ id, at })));`;
  });
  return [
    `import { asset, Repository, SuperJsonIOHandler } from "edgewater";`,
    `import { IndexedDBStore } from "edgewater/indexeddb";`,
    first,
    ...later,
    `const ioHandler = new SuperJsonIOHandler({ store: new IndexedDBStore("values") });`,
    `const repository = await Repository.open({ assets: [a${assets - 1}], ioHandler });`,
    `export const at: Date | undefined = (await repository.load(a${assets - 1}))[0]?.at;`,
  ].join("\n");
}

/** The figures of a compilation, by their names. */
async function compiled(folder: string, code: string): Promise<Readonly<Record<string, number>>> {
  const options = {
    strict: true,
    noEmit: true,
    module: "nodenext",
    target: "es2024",
    lib: ["esnext", "dom", "dom.asynciterable"],
    types: [],
  };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  await writeFile(join(folder, "index.ts"), code);
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...options, skipLibCheck: true }, files: ["index.ts"] }),
  );
  const printed = await run(join(root, "node_modules/.bin/tsc"), ["--project", folder, "--extendedDiagnostics"]);
  return Object.fromEntries([...printed.matchAll(/^([\w ]+):\s+([\d.]+)/gm)].map(([, name = "", figure]) => [name, Number(figure)]));
}

export async function typeRows(add: AddRow, folder: string): Promise<void> {
  await install(folder);
  const empty = await compiled(join(folder, "empty"), "export {};");
  const found = await compiled(join(folder, "pipeline"), pipeline());
  const more = (name: string): string => Math.round((found[name] ?? 0) - (empty[name] ?? 0)).toLocaleString("en");
  add({
    what: `type-check ${assets} assets over the packed library`,
    measured: `${more("Files")} files, ${more("Types")} types, ${more("Instantiations")} instantiations, ${more("Memory used")} kB more; check time ${found["Check time"]} s`,
    budget: "—",
    isWithin: true,
    anchor: "an empty module",
  });
}
