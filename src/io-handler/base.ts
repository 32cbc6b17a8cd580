import type { InferInput, InferOutput } from "valibot";
import { EdgewaterError } from "../errors.ts";
import type { EnvironmentSource } from "../runtime/environment.ts";
import { loadSettings } from "../settings/load.ts";
import { isSettingsSchema, type SettingsSchema } from "../settings/schema.ts";
import type { InputContext } from "./input-context.ts";
import type { OutputContext } from "./output-context.ts";

const brand = Symbol.for("edgewater/io-handler");

/** The base of a handler with validated settings, as {@link BaseIOHandler.with} makes it. */
export type ConfiguredIOHandler<Schema extends SettingsSchema> = abstract new (
  settings?: Partial<InferInput<Schema>>,
  options?: { readonly env?: EnvironmentSource },
) => BaseIOHandler & { readonly settings: Readonly<InferOutput<Schema>> };

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
export abstract class BaseIOHandler<Accepts = any, Loads = unknown> {
  /** Only for the compiler, which would otherwise take any object with both methods; never there at run time. */
  declare readonly "~extends": "BaseIOHandler";
  /** Only for inference; never there at run time. */
  declare readonly "~types"?: { readonly accepts: Accepts; readonly loads: Loads };

  constructor() {
    Object.defineProperty(this, brand, { value: true });
  }

  /** Writes a value. What it throws fails the step, and nothing is recorded. */
  abstract handleOutput(context: OutputContext, value: Accepts): void | Promise<void>;

  /**
   * Reads a value back, or gives a promise of it.
   *
   * @throws `NotFound` when it was never written
   */
  abstract loadInput(context: InputContext): unknown;

  /**
   * A base class with settings from the constructor's argument and the environment, validated when a handler is
   * constructed: `folder` is also read from `<envPrefix>FOLDER`. The argument wins.
   *
   * @throws `DefinitionError` without a prefix or for a schema that is no valibot object; the constructor throws
   *   `SettingsError`, which lists every problem and never shows a value
   */
  static with<Schema extends SettingsSchema>(schema: Schema, { envPrefix }: { readonly envPrefix: string }): ConfiguredIOHandler<Schema> {
    if (!isSettingsSchema(schema)) throw new EdgewaterError("DefinitionError", "BaseIOHandler.with takes a valibot object schema");
    if (!envPrefix)
      throw new EdgewaterError(
        "DefinitionError",
        "BaseIOHandler.with needs an envPrefix, so that no bare variable name configures a handler",
      );
    abstract class WithSettings extends BaseIOHandler {
      readonly settings: Readonly<InferOutput<Schema>>;
      constructor(settings: Partial<InferInput<Schema>> = {}, { env }: { readonly env?: EnvironmentSource } = {}) {
        super();
        this.settings = Object.freeze(loadSettings(schema, { owner: new.target.name, explicit: settings, envPrefix, env }));
      }
    }
    return WithSettings;
  }
}

/** Tells whether `value` extends {@link BaseIOHandler}, also one from another bundle or realm. */
export function isIOHandler(value: unknown): value is BaseIOHandler {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * Refuses what is not a handler.
 *
 * @throws `DefinitionError` that says what to extend
 */
export function checkIOHandler(value: unknown, owner: string): void {
  if (value === undefined || isIOHandler(value)) return;
  const isClass = typeof value === "function";
  const remedy = isClass ? "pass an instance, not the class" : "extend BaseIOHandler; having handleOutput and loadInput is not enough";
  throw new EdgewaterError("DefinitionError", `The IO handler of ${owner} is not one: ${remedy}`, { field: "ioHandler" });
}
