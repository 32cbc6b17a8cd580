import type { StandardSchemaV1 } from "@standard-schema/spec";
import { EdgewaterError } from "../errors.ts";
import { anyValue, checkOptions, type OptionKinds } from "../options.ts";
import { type DeclaredFields, defineSettings, type GivenSettings } from "../settings/definition.ts";
import { loadSettings } from "../settings/load.ts";
import type { EnvironmentSources } from "../settings/sources.ts";
import type { SettingsSchema } from "../settings/valibot.ts";
import { IOHandler, isIOHandler } from "./handler.ts";

/** Options of a handler with settings. */
export interface SettingsOptions {
  /**
   * The source of variables: a record such as a Worker's `env`, a function, `dotenv(…)`, or an array of them in order of
   * precedence. By default it is the environment of the runtime; in an array, include it as `runtimeEnvironment`.
   */
  readonly env?: EnvironmentSources | undefined;
}

/** The base class that {@link BaseIOHandler.with} returns: a handler with validated settings. */
export type ConfiguredIOHandler<Schema extends StandardSchemaV1> = abstract new (
  settings?: GivenSettings<Schema>,
  options?: SettingsOptions,
) => BaseIOHandler & { readonly settings: Readonly<StandardSchemaV1.InferOutput<Schema>> };

/** The kinds of a declaration; {@link defineSettings} checks the values. */
const declarationKinds: OptionKinds<SettingsDeclaration & { readonly fields?: unknown }> = { envPrefix: anyValue, fields: anyValue };

/** The names of settings in the environment. */
export interface SettingsDeclaration {
  /** The prefix of every variable: upper case with a final `_`, such as `JSON_IO_`. */
  readonly envPrefix: string;
}

/**
 * The base class of IO handlers, which write and load values. A handler must extend it: an object that only has both methods
 * is refused when an asset is defined.
 *
 * The type of the second parameter of `handleOutput` is what the handler can write: an asset whose function returns another
 * type does not compile. What `loadInput` returns is the type that an asset loads as; with `unknown` or `any` it is the type
 * that its function returns. `Accepts` and `Loads` declare other types than those of the methods.
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
// biome-ignore lint/suspicious/noExplicitAny: a handler accepts any value unless it declares a type
export abstract class BaseIOHandler<Accepts = any, Loads = unknown> extends IOHandler<Accepts, Loads> {
  /** Every handler is an instance of this class, also a built-in one and one of another bundle or realm. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: classes that extend this one inherit the method and check their own instances
    return this === BaseIOHandler ? isIOHandler(value) : Function.prototype[Symbol.hasInstance].call(this, value);
  }

  /**
   * Returns a base class with settings. They come from the constructor's argument and from the environment, where `folder`
   * is `<envPrefix>FOLDER`, and are validated in the constructor. The argument wins. The fields are read from the valibot
   * object schema.
   *
   * @throws `DefinitionError` for an invalid prefix, for a schema that is not a valibot object, and for two settings with the
   *   same variable. The constructor throws `SettingsError`, which lists every problem and never shows a value.
   *
   * @example
   * ```ts
   * import * as v from "valibot";
   *
   * BaseIOHandler.with(v.object({ folder: v.string() }), { envPrefix: "JSON_IO_" }); // JSON_IO_FOLDER
   * ```
   */
  static with<Schema extends SettingsSchema>(schema: Schema, declaration: SettingsDeclaration): ConfiguredIOHandler<Schema>;
  /**
   * Returns a base class with settings of any Standard Schema, whose fields are declared as `fields`.
   *
   * @throws `DefinitionError` for an invalid prefix, for missing or invalid `fields`, and for two settings with the same
   *   variable. The constructor throws `SettingsError`, which lists every problem and never shows a value.
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
  static with<Schema extends StandardSchemaV1>(
    schema: Schema,
    declaration: SettingsDeclaration & { readonly fields: DeclaredFields<StandardSchemaV1.InferInput<Schema>> },
  ): ConfiguredIOHandler<Schema>;
  static with(
    schema: StandardSchemaV1,
    declaration: Partial<SettingsDeclaration> & { readonly fields?: unknown } = {},
  ): ConfiguredIOHandler<StandardSchemaV1> {
    checkOptions("BaseIOHandler.with", declaration, declarationKinds, "DefinitionError");
    const { envPrefix, fields } = declaration;
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

/** @throws `SettingsError` for a record of variables in place of `{ env }` */
function envOf(options: SettingsOptions, owner: string): EnvironmentSources | undefined {
  const isOptions = typeof options === "object" && options !== null && Object.keys(options).every((name) => name === "env");
  if (isOptions) return options.env;
  throw new EdgewaterError("SettingsError", `Invalid second argument of ${owner}; expected { env } with the source of its variables`, {
    field: "env",
  });
}
