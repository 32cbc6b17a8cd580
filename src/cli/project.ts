import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import { SuperJsonIOHandler } from "../io-handler/superjson.ts";
import { LocalStore } from "../object-store/local/index.ts";
import { nearest } from "../options.ts";
import { Repository } from "../repository/repository.ts";
import type { RepositoryOptions } from "../repository/types.ts";
import { Storage } from "../storage/storage.ts";
import { exists, runtimeName, urlOf, writeText } from "./host.ts";
import { UsageError } from "./parse.ts";

/** The module of the assets, and the repository that is made of it. */
export interface Project {
  /** The path of the module, as it was given or found. */
  readonly module: string;
  /** Opens the repository of the module. The command closes it. */
  readonly open: () => Promise<Repository>;
}

/** Where records and values are unless the module says otherwise. */
export const folder = ".edgewater";

/** Modules that are looked for when none is given. */
const usual = ["assets.ts", "assets.mts", "assets.js", "assets.mjs", "src/assets.ts", "src/assets.js"];

const known = ["assets", "name", "tasks", "ioHandler", "storage", "executor", "retry", "leaseMs", "log"] as const;

/** Tells the module from the names that follow it. @throws a usage error when there is no module */
export function projectOf(given: readonly string[]): { readonly project: Project; readonly names: readonly string[] } {
  const [first] = given;
  const isModule = first !== undefined && /\.[cm]?[jt]sx?$/.test(first);
  const module = isModule ? first : usual.find((path) => exists(path));
  if (module === undefined) {
    throw new UsageError(`There is no module of assets: pass its path, such as ./assets.ts; looked for ${usual.join(", ")}`);
  }
  if (!exists(module)) throw new UsageError(`There is no file ${JSON.stringify(module)}; check the path of the module of assets`);
  return { project: { module, open: () => openModule(module) }, names: isModule ? given.slice(1) : given };
}

async function openModule(module: string): Promise<Repository> {
  const { assets, ...options } = optionsIn(module, await imported(module));
  // What a module makes for itself is closed with the repository.
  const storage = options.storage ?? embedded();
  const ioHandler = options.ioHandler ?? new SuperJsonIOHandler({ store: new LocalStore(`${folder}/values`) });
  return Repository.open({ ...options, assets, storage, ioHandler });
}

async function embedded(): Promise<Storage> {
  // The folder is made with its first file, which keeps records and values out of version control.
  if (!exists(`${folder}/.gitignore`)) await writeText(`${folder}/.gitignore`, "*\n");
  try {
    return await Storage.embedded(`${folder}/records`);
  } catch (error) {
    if (!isEdgewaterError(error, "NotSupported")) throw error;
    const remedy = "use Node 22.13 or later, Deno or Bun, or export a storage from the module";
    throw new UsageError(`${runtimeName()} has no SQLite for the records; ${remedy}`);
  }
}

async function imported(module: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(urlOf(module))) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const { code } = cause as { readonly code?: unknown };
    if (code === "ERR_UNKNOWN_FILE_EXTENSION" && /\.[cm]?tsx?$/.test(module)) {
      const remedy = "use Node 22.18 or later, Deno or Bun, or compile it and pass the .js file";
      throw new UsageError(`${runtimeName()} does not run TypeScript, such as ${JSON.stringify(module)}; ${remedy}`);
    }
    throw cause;
  }
}

/** The options of a repository that a module exports, each by its name. */
function optionsIn(module: string, exported: Readonly<Record<string, unknown>>): RepositoryOptions {
  const { assets } = exported;
  if (!Array.isArray(assets)) {
    const near = nearest("assets", Object.keys(exported));
    const hint = near === undefined ? "export const assets = [ … ]" : `it exports ${near}; did you mean assets?`;
    throw new EdgewaterError("DefinitionError", `The module ${JSON.stringify(module)} has no array of assets; ${hint}`, {
      field: "assets",
    });
  }
  return Object.fromEntries(known.flatMap((name) => (exported[name] === undefined ? [] : [[name, exported[name]]]))) as never;
}
