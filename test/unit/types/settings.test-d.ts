/** Compiled by `npm run check`, never run: the types of settings, and mistakes that must not compile. */
import { BaseIOHandler, type StandardSchemaV1 } from "edgewater";
import * as v from "valibot";
import { runtimeEnvironment } from "../../../src/runtime/environment.ts";
import { dotenv } from "../../../src/settings/dotenv.ts";

type Equal<Left, Right> = (<T>() => T extends Left ? 1 : 2) extends <T>() => T extends Right ? 1 : 2 ? true : false;
declare function same<Yes extends true>(): Yes;

class Store {
  readonly #secret = 1;
  get(): number {
    return this.#secret;
  }
}

const schema = v.object({
  basePath: v.string(),
  indent: v.optional(v.number(), 2),
  length: v.pipe(v.string(), v.transform(Number)),
  store: v.optional(v.instance(Store)),
  retry: v.optional(v.object({ maxTimes: v.number(), delayMs: v.number() })),
  open: v.optional(v.looseObject({ a: v.number() })),
});

class Handler extends BaseIOHandler.with(schema, { envPrefix: "TYPES_" }) {
  override handleOutput(): void {
    same<Equal<typeof this.settings.basePath, string>>();
    same<Equal<typeof this.settings.indent, number>>();
    same<Equal<typeof this.settings.length, number>>();
    same<Equal<typeof this.settings.store, Store | undefined>>();
    same<Equal<typeof this.settings.retry, { maxTimes: number; delayMs: number } | undefined>>();
    // @ts-expect-error settings are read only
    this.settings.basePath = "";
    // @ts-expect-error an unknown setting
    this.settings.colour;
  }
  override loadInput(): void {}
}

new Handler();
new Handler({});
new Handler({ basePath: "", indent: undefined, length: "5", store: new Store() });
new Handler({ retry: { maxTimes: 1 } }); // the rest may come from the environment
new Handler({ open: { b: 1 } });
new Handler({}, { env: { TYPES_BASE_PATH: "" } });
new Handler({}, { env: [runtimeEnvironment, dotenv(""), (name) => name] });
interface Env {
  readonly TYPES_BASE_PATH: string;
}
declare const env: Env;
new Handler({}, { env });
new Handler({}, { env: [env, process.env] });
// @ts-expect-error a path is a string
new Handler({ basePath: 5 });
// @ts-expect-error the input is a string, although the output is a number
new Handler({ length: 5 });
// @ts-expect-error an unknown setting
new Handler({ colour: 5 });
// @ts-expect-error an unknown nested setting
new Handler({ retry: { colour: 5 } });
// @ts-expect-error a store is not merged
new Handler({ store: {} });
// @ts-expect-error settings are an object
new Handler("x");
// @ts-expect-error settings are an object
new Handler(null);
// @ts-expect-error variables belong in env
new Handler({}, { TYPES_BASE_PATH: "" });
// @ts-expect-error a source is not a string
new Handler({}, { env: ".env" });
// @ts-expect-error a missing prefix
BaseIOHandler.with(schema, {});
// @ts-expect-error a missing prefix
BaseIOHandler.with(schema);
// @ts-expect-error settings are an object
BaseIOHandler.with(v.string(), { envPrefix: "TYPES_" });
// @ts-expect-error settings validate synchronously
BaseIOHandler.with(v.objectAsync({}), { envPrefix: "TYPES_" });

interface Input {
  readonly basePath: string;
  readonly indent?: number;
  readonly retry?: { readonly maxTimes: number };
}
interface Result {
  readonly basePath: string;
  readonly indent: number;
}
declare const foreign: StandardSchemaV1<Input, Result>;

class Foreign extends BaseIOHandler.with(foreign, {
  envPrefix: "TYPES_",
  fields: { basePath: "text", indent: "number", retry: { maxTimes: "number" } },
}) {
  override handleOutput(): void {
    same<Equal<typeof this.settings.indent, number>>();
  }
  override loadInput(): void {}
}
new Foreign({ basePath: "" });
BaseIOHandler.with(foreign, { envPrefix: "TYPES_", fields: { basePath: "text", indent: "number", retry: "json" } });
// @ts-expect-error a path is a string
new Foreign({ basePath: 5 });
// @ts-expect-error an unknown setting
new Foreign({ colour: 5 });
// @ts-expect-error the fields of this schema must be declared
BaseIOHandler.with(foreign, { envPrefix: "TYPES_" });
// @ts-expect-error every field must be declared
BaseIOHandler.with(foreign, { envPrefix: "TYPES_", fields: { basePath: "text", retry: "json" } });
// @ts-expect-error an unknown kind
BaseIOHandler.with(foreign, { envPrefix: "TYPES_", fields: { basePath: "string", indent: "number", retry: "json" } });
// @ts-expect-error a number has no fields
BaseIOHandler.with(foreign, { envPrefix: "TYPES_", fields: { basePath: "text", indent: { digits: "number" }, retry: "json" } });
// @ts-expect-error an unknown field
BaseIOHandler.with(foreign, { envPrefix: "TYPES_", fields: { basePath: "text", indent: "number", retry: "json", colour: "text" } });
// @ts-expect-error an unknown nested field
BaseIOHandler.with(foreign, { envPrefix: "TYPES_", fields: { basePath: "text", indent: "number", retry: { colour: "text" } } });
