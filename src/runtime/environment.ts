/**
 * The only place that asks the runtime for environment variables.
 *
 * @module
 */

/** Where settings may come from: a record such as a Worker's `env` or `import.meta.env`, or a way to look one name up. */
export type EnvironmentSource = Readonly<Record<string, unknown>> | ((name: string) => unknown);

/** Looks one variable up; undefined when it is not set. */
export type Environment = (name: string) => unknown;

interface Runtimes {
  readonly Deno?: { readonly env?: { get(name: string): string | undefined } };
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/**
 * The environment of a source, or without one the runtime's own: `Deno.env` on Deno, where a denied permission counts
 * as unset, `process.env` on Node and Bun, and nothing in browsers and Workers, which hand theirs over as a source.
 * It is read at the call, never at import.
 */
export function environmentOf(source?: EnvironmentSource): Environment {
  if (typeof source === "function") return source;
  if (source !== undefined) return (name) => (Object.hasOwn(source, name) ? source[name] : undefined);
  const { Deno, process } = globalThis as Runtimes;
  if (Deno?.env) {
    const { env } = Deno;
    return (name) => {
      try {
        return env.get(name);
      } catch {
        return undefined;
      }
    };
  }
  return (name) => process?.env?.[name];
}
