/**
 * The only place that asks the runtime for environment variables.
 *
 * @module
 */

/** Where settings may come from: a record such as a Worker's `env` or `import.meta.env`, or a way to look one name up. */
export type EnvironmentSource = object | LookUp;

/** Looks one name up. It may say what it is called in messages, as the sources of `.env` text do. */
export type LookUp = ((name: string) => unknown) & { readonly label?: string };

/** Looks one variable up; undefined when it is not set. */
export type Environment = (name: string) => unknown;

interface Runtimes {
  readonly Deno?: { readonly env?: { get(name: string): string | undefined } };
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/** What Deno's errors are called when a permission is denied: since 2.0, and before. */
const denied: readonly unknown[] = ["NotCapable", "PermissionDenied"];

/**
 * Looks a variable up in the runtime's own environment: `Deno.env` on Deno, where a denied permission counts as unset,
 * `process.env` on Node and Bun, and nothing in browsers and Workers, which hand theirs over as a source. It is read at
 * the call, never at import.
 *
 * @example
 * ```ts
 * import { dotenv, runtimeEnvironment } from "edgewater";
 *
 * new JsonIOHandler({}, { env: [runtimeEnvironment, dotenv("JSON_IO_FOLDER=data")] }); // the runtime wins
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

/** The environment of a source, or without one the runtime's own. */
export function environmentOf(source?: EnvironmentSource): Environment {
  if (source === undefined) return runtimeEnvironment;
  if (isLookUp(source)) return source;
  return (name) => (Object.hasOwn(source, name) ? (source as Readonly<Record<string, unknown>>)[name] : undefined);
}

/** Tells a function from a record. */
export function isLookUp(source: unknown): source is LookUp {
  return typeof source === "function";
}
