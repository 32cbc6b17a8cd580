/**
 * The environment variables of the runtime. Only this folder checks which runtime this is.
 *
 * @module
 */
import { EdgewaterError } from "../errors.ts";

/** A source of variables: a record such as a Worker's `env` or `import.meta.env`, or a function that looks up a name. */
export type EnvironmentSource = object | LookUp;

/** Returns the value of a variable, or `undefined` when it is not set. `label` is its name in messages, and `names` returns the variables that it has. */
export type LookUp = ((name: string) => unknown) & { readonly label?: string; readonly names?: () => Iterable<string> };

/** Returns the value of a variable, or `undefined` when it is not set. */
export type Environment = (name: string) => unknown;

interface Runtimes {
  readonly Deno?: { readonly env?: { get(name: string): string | undefined; toObject(): Record<string, string> } };
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/** The names of Deno's error for a denied permission: since 2.0, and before. */
const denied: readonly unknown[] = ["NotCapable", "PermissionDenied"];

/**
 * Returns the value of a variable of the runtime's own environment: of `Deno.env` on Deno, where a variable without
 * permission counts as unset, and of `process.env` on Node and Bun. Browsers and Workers have no environment of their own;
 * pass a record as the source there.
 *
 * @example
 * ```ts
 * import { dotenv, runtimeEnvironment } from "edgewater";
 *
 * new JsonIOHandler({}, { env: [runtimeEnvironment, dotenv("JSON_IO_FOLDER=data")] }); // the environment wins over the .env text
 * ```
 */
export function runtimeEnvironment(name: string): unknown {
  const { Deno, process } = globalThis as Runtimes;
  if (!Deno?.env) return process?.env?.[name];
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (denied.includes((error as Error).name)) return undefined;
    throw error;
  }
}

/** Returns the names of the variables of a source; none of a function that has no `names`, and of Deno without permission. */
export function namesIn(source?: EnvironmentSource): Iterable<string> {
  if (source !== undefined && source !== runtimeEnvironment) return isLookUp(source) ? (source.names?.() ?? []) : Object.keys(source);
  const { Deno, process } = globalThis as Runtimes;
  try {
    return Object.keys(Deno?.env?.toObject() ?? process?.env ?? {});
  } catch (error) {
    if (denied.includes((error as Error).name)) return [];
    throw error;
  }
}

/** Returns the look-up of a source; the runtime's own environment without one. */
export function environmentOf(source?: EnvironmentSource): Environment {
  if (source === undefined) return runtimeEnvironment;
  if (isLookUp(source)) return source;
  if (typeof source !== "object" || source === null)
    throw new EdgewaterError("SettingsError", "Invalid source of variables; expected an object or a function", { field: "env" });
  return (name) => (Object.hasOwn(source, name) ? (source as Readonly<Record<string, unknown>>)[name] : undefined);
}

/** Returns whether a source is a function. */
export function isLookUp(source: unknown): source is LookUp {
  return typeof source === "function";
}
