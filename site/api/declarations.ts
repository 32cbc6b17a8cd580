/** Reads the public API: the exports of each subpath with their documentation, and the text of their declarations. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { sources } from "../../scripts/exports.ts";

const root = join(import.meta.dirname, "../..");
const exec = promisify(execFile);

export interface Doc {
  readonly doc?: string;
  readonly tags?: readonly { readonly kind: string; readonly name?: string; readonly doc?: string }[];
}

export interface Location {
  readonly filename: string;
  readonly byteIndex: number;
}

/** Something with a place in a file and a comment: a declaration, or a member of one. */
export interface Documented {
  readonly name: string;
  readonly location: Location;
  readonly jsDoc?: Doc;
  readonly accessibility?: "public" | "protected" | "private";
}

interface Members {
  readonly constructors?: readonly Omit<Documented, "name">[];
  readonly properties?: readonly Documented[];
  readonly methods?: readonly Documented[];
  readonly callSignatures?: readonly Omit<Documented, "name">[];
}

export interface Declaration extends Omit<Documented, "name"> {
  readonly kind: "class" | "function" | "interface" | "namespace" | "reference" | "typeAlias" | "variable";
  readonly def?: Members & {
    readonly target?: Location;
    readonly tsType?: { readonly kind: string; readonly value?: Members };
  };
}

export interface Exported {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

export interface Module {
  /** The import, such as `edgewater/s3`. An older name of the same module comes after it. */
  readonly names: readonly string[];
  readonly doc: string;
  readonly symbols: readonly Exported[];
}

export interface PublicApi {
  readonly modules: readonly Module[];
  /** The bytes of the files that locations are in. */
  readonly files: ReadonlyMap<string, Buffer>;
}

interface Json {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly Exported[] }>>;
}

/** Emits the declarations, whose text is regular, and has `deno doc` tell what they are. */
export async function readPublicApi(): Promise<PublicApi> {
  await mkdir(join(root, ".cache"), { recursive: true });
  const folder = await mkdtemp(join(root, ".cache/declarations-"));
  try {
    const emit = ["--emitDeclarationOnly", "--declarationMap", "false", "--customConditions", "edgewater-source"];
    await exec(join(root, "node_modules/.bin/tsc"), ["--project", "tsconfig.build.json", ...emit, "--outDir", folder], { cwd: root });
    // Their imports of each other end in `.ts`.
    for (const file of await readdir(folder, { recursive: true })) {
      if (file.endsWith(".d.ts")) await rename(join(folder, file), join(folder, file.replace(/\.d\.ts$/, ".ts")));
    }
    const bySource = Map.groupBy(Object.keys(sources), (name) => join(folder, relative(join(root, "src"), sources[name] ?? "")));
    const { stdout } = await exec(
      join(root, "node_modules/.bin/deno"),
      ["doc", "--json", "--quiet", "--no-config", "--no-lock", ...bySource.keys()],
      { cwd: root, maxBuffer: 256 * 1024 * 1024 },
    );
    const documented = Object.entries((JSON.parse(stdout) as Json).nodes);
    const modules = await Promise.all(
      documented.map(async ([url, { symbols }]): Promise<Module> => {
        const imports = bySource.get(fileURLToPath(url)) ?? [];
        const doc = await moduleComment(sources[imports[0] ?? ""] ?? "");
        // The comment names the module, where it has an older name too.
        const names = [...imports].sort((left, right) => place(doc, left) - place(doc, right));
        const own = symbols.map(({ name, declarations }) => ({ name, declarations: declarations.filter(isOwn) }));
        return { names, doc, symbols: own.filter(({ declarations }) => declarations.length > 0) };
      }),
    );
    const files = new Map<string, Buffer>();
    for (const { location } of modules.flatMap(({ symbols }) => symbols.flatMap(({ declarations }) => declarations))) {
      if (!files.has(location.filename)) files.set(location.filename, await readFile(fileURLToPath(location.filename)));
    }
    return { modules: modules.sort(byName), files };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The comment at the top of a source. The compiler drops it together with the imports below it. */
async function moduleComment(source: string): Promise<string> {
  const [, comment = ""] = /^\/\*\*([\s\S]*?)\*\//.exec(await readFile(source, "utf8")) ?? [];
  return comment
    .replace(/^\s*\* ?/gm, "")
    .replace(/^@module$/m, "")
    .trim();
}

/** What another package exports is its own API. */
function isOwn({ location }: Declaration): boolean {
  return !location.filename.includes("/node_modules/");
}

function place(doc: string, name: string): number {
  const index = doc.indexOf(`\`${name}\``);
  return index === -1 ? doc.length : index;
}

function byName({ names: [left = ""] }: Module, { names: [right = ""] }: Module): number {
  return left < right ? -1 : 1;
}

/** The members of a class, an interface, or an object type. */
export function membersOf({ def }: Declaration): readonly Documented[] {
  const {
    constructors = [],
    callSignatures = [],
    properties = [],
    methods = [],
  } = (def?.tsType?.kind === "typeLiteral" ? def.tsType.value : def) ?? {};
  return [
    ...constructors.map((each) => ({ ...each, name: "constructor" })),
    ...callSignatures.map((each) => ({ ...each, name: "call" })),
    ...properties,
    ...methods,
  ].filter(({ name, accessibility }) => accessibility !== "private" && !name.startsWith("~"));
}
