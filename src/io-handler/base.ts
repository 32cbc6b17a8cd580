import type { StandardSchemaV1 } from "@standard-schema/spec";
import { EdgewaterError } from "../errors.ts";
import { type DeclaredFields, defineSettings, type GivenSettings } from "../settings/definition.ts";
import { loadSettings } from "../settings/load.ts";
import type { EnvironmentSources } from "../settings/sources.ts";
import type { SettingsSchema } from "../settings/valibot.ts";
import { checkIOHandler, IOHandler, isIOHandler } from "./handler.ts";

export { checkIOHandler, isIOHandler };

/** What a handler with settings takes besides them. */
export interface SettingsOptions {
  /**
   * Where variables come from: a record such as a Worker's `env`, a function, `dotenv(…)`, or a list of them in order
   * of precedence. The runtime's own environment is read only when this is left out, or in the list as
   * `runtimeEnvironment`.
   */
  readonly env?: EnvironmentSources | undefined;
}

/** The base of a handler with validated settings, as {@link BaseIOHandler.with} makes it. */
export type ConfiguredIOHandler<Schema extends StandardSchemaV1> = abstract new (
  settings?: GivenSettings<Schema>,
  options?: SettingsOptions,
) => BaseIOHandler & { readonly settings: Readonly<StandardSchemaV1.InferOutput<Schema>> };

/** How settings are named in the environment. */
export interface SettingsDeclaration {
  /** What every variable starts with: UPPER_CASE with `_` at its end, such as `JSON_IO_`. */
  readonly envPrefix: string;
}

/**
 * How values are written and read. Extend it: an object that merely has both methods is refused when an asset is
 * defined with it.
 *
 * `Accepts` is what the handler can write; an asset whose function returns something else does not compile. `Loads` is
 * what it gives back; left unknown, an asset loads as what its function returns.
 *
 * @example
 * ```ts
 * import * as v from "valibot";
 *
 * class JsonIOHandler extends BaseIOHandler.with(v.object({ folder: v.string(), indent: v.optional(v.number(), 2) }), { envPrefix: "JSON_IO_" }) {
 *   async handleOutput(context: OutputContext, value: unknown) {
 *     await writeFile(`${this.settings.folder}/${context.assetName}.json`, JSON.stringify(value, null, this.settings.indent));
 *   }
 *   async loadInput(context: InputContext) {
 *     return JSON.parse(await readFile(`${this.settings.folder}/${context.assetName}.json`, "utf8"));
 *   }
 * }
 * new JsonIOHandler({ folder: "data" });
 * new JsonIOHandler(); // JSON_IO_FOLDER from the environment
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: a handler that does not say what it accepts takes anything
export abstract class BaseIOHandler<Accepts = any, Loads = unknown> extends IOHandler<Accepts, Loads> {
  /** Any handler is an instance of this class, also a built-in one and one from another bundle or realm. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a class that extends this one inherits the method and has instances of its own
    return this === BaseIOHandler ? isIOHandler(value) : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /**
   * A base class with settings from the constructor's argument and the environment, validated when a handler is
   * constructed: `folder` is also read from `<envPrefix>FOLDER`. The argument wins. A valibot object schema says itself
   * what its settings are; for any other Standard Schema `fields` says what the text of each means.
   *
   * @throws `DefinitionError` without a prefix, for a schema that is no valibot object and has no `fields`, and for two
   *   settings with one variable; the constructor throws `SettingsError`, which lists every problem and never shows a
   *   value
   *
   * @example
   * ```ts
   * import { z } from "zod";
   *
   * BaseIOHandler.with(z.object({ folder: z.string(), retry: z.object({ times: z.number() }) }), {
   *   envPrefix: "JSON_IO_",
   *   fields: { folder: "text", retry: { times: "number" } }, // JSON_IO_RETRY__TIMES
   * });
   * ```
   */
  static with<Schema extends SettingsSchema>(schema: Schema, declaration: SettingsDeclaration): ConfiguredIOHandler<Schema>;
  static with<Schema extends StandardSchemaV1>(
    schema: Schema,
    declaration: SettingsDeclaration & { readonly fields: DeclaredFields<StandardSchemaV1.InferInput<Schema>> },
  ): ConfiguredIOHandler<Schema>;
  static with(
    schema: StandardSchemaV1,
    { envPrefix, fields }: Partial<SettingsDeclaration> & { readonly fields?: unknown } = {},
  ): ConfiguredIOHandler<StandardSchemaV1> {
    const definition = defineSettings(schema, envPrefix, fields);
    abstract class WithSettings extends BaseIOHandler {
      readonly settings: unknown;
      constructor(settings: unknown = {}, options: SettingsOptions = {}) {
        super();
        const owner = new.target.name || "the IO handler";
        this.settings = loadSettings(definition, { owner, explicit: settings, env: envOf(options, owner) });
      }
    }
    return WithSettings as unknown as ConfiguredIOHandler<StandardSchemaV1>;
  }
}

/** Refuses a record of variables where `{ env }` belongs. */
function envOf(options: SettingsOptions, owner: string): EnvironmentSources | undefined {
  const isOptions = typeof options === "object" && options !== null && Object.keys(options).every((name) => name === "env");
  if (isOptions) return options.env;
  throw new EdgewaterError("SettingsError", `The second argument of ${owner} is { env }, with the source of its variables`, {
    field: "env",
  });
}
