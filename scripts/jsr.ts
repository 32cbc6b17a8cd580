/**
 * `npm run jsr`: what JSR would say about the sources, published for Deno, Node and Bun: a dry run of `deno publish`. JSR has no
 * conditions for imports, so each import that differs between runtimes is the one of Node, Deno and Bun. Publishes nothing.
 */
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const packed = ["src", "README.md", "LICENSE", "CHANGELOG.md"];

/** A target of `exports` or `imports` of package.json: a path, or paths by conditions. */
type Target = string | { readonly [condition: string]: Target };

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, Target>>;
  readonly imports: Readonly<Record<string, Target>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const { name, version, license, exports, imports, dependencies, peerDependencies }: Manifest = JSON.parse(
  await readFile(join(root, "package.json"), "utf8"),
);
const { compilerOptions } = JSON.parse(await readFile(join(root, "tsconfig.json"), "utf8")) as { compilerOptions: Record<string, unknown> };
const { strict, exactOptionalPropertyTypes, noUncheckedIndexedAccess } = compilerOptions;
const packages = Object.entries({ ...dependencies, ...peerDependencies });
const configuration = {
  name: `@${name}/${name}`,
  version,
  license,
  exports: sources(exports),
  imports: { ...sources(imports), ...Object.fromEntries(packages.map(([each, range]) => [each, `npm:${each}@${range}`])) },
  nodeModulesDir: "manual",
  publish: { exclude: ["node_modules"] },
  compilerOptions: {
    lib: ["deno.window", "dom", "dom.iterable", "dom.asynciterable", "esnext"],
    strict,
    exactOptionalPropertyTypes,
    noUncheckedIndexedAccess,
  },
};

const folder = await mkdtemp(join(tmpdir(), "edgewater-jsr-"));
try {
  for (const each of packed) await cp(join(root, each), join(folder, each), { recursive: true });
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "deno.json"), JSON.stringify(configuration, null, 2));
  const deno = join(root, "node_modules/.bin/deno");
  // Types are explicit, as isolatedDeclarations of TypeScript demands; JSR also wants a type for an object of typed methods.
  const { status } = spawnSync(deno, ["publish", "--dry-run", "--allow-dirty", "--allow-slow-types"], { cwd: folder, stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The source files of targets, for Deno. */
function sources(targets: Readonly<Record<string, Target>>): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [key, target] of Object.entries(targets)) {
    const source = typeof target === "string" ? undefined : target["edgewater-source"];
    const path = typeof source === "object" ? source["deno"] : source;
    if (typeof path === "string") found[key] = path;
  }
  return found;
}
