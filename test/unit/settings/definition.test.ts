/** Declarations of settings: schemas, prefixes, fields, and the names of variables. */
import { BaseIOHandler, type StandardSchemaV1 } from "edgewater";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { runtimeEnvironment } from "../../../src/runtime/environment.ts";
import { errorOf } from "./error-of.ts";

interface Input {
  readonly basePath: string;
  readonly indent?: number;
  readonly tags?: readonly string[];
  readonly since?: Date;
  readonly store?: { put(): void };
  readonly retry?: { readonly maxTimes: number };
}

const secret = "hunter2";
const defaults = { tags: ["default"] };

/** A schema of another library. Its messages quote values, and its default is a shared object. */
const foreign: StandardSchemaV1<Input> = {
  "~standard": {
    version: 1,
    vendor: "foreign",
    validate(value) {
      const input = value as Input;
      const issues = [
        ...(typeof input.basePath === "string" ? [] : [{ message: `${input.basePath} is no text`, path: ["basePath"] }]),
        ...(typeof (input.indent ?? 0) === "number" ? [] : [{ message: `${input.indent} is no number`, path: [{ key: "indent" }] }]),
        ...(typeof (input.retry?.maxTimes ?? 0) === "number" ? [] : [{ message: secret, expected: secret, path: ["retry", "maxTimes"] }]),
      ];
      return issues.length > 0 ? { issues } : { value: { ...defaults, ...input } };
    },
  },
};

class Foreign extends BaseIOHandler.with(foreign, {
  envPrefix: "FOREIGN_",
  fields: { basePath: "text", indent: "number", tags: "json", since: "date", store: "value", retry: { maxTimes: "number" } },
}) {
  override handleOutput(): void {}
  override loadInput(): void {}
}

describe("a declared field of the kind json", () => {
  const schema = { "~standard": { version: 1, vendor: "own", validate: (value: unknown) => ({ value }) } } as const;
  const fields = { json: "json", object: { key: "number" } };
  const Handler = BaseIOHandler.with(schema as never, { envPrefix: "T_", fields } as never);
  class JsonField extends (Handler as unknown as new (given: object, options: object) => BaseIOHandler & { readonly settings: object }) {
    override handleOutput(): void {}
    override loadInput(): void {}
  }
  const read = (given: object, env: object) => new JsonField(given, { env }).settings;

  it("merges the objects of all sources and of the argument deeply", () => {
    const env = [{ T_JSON: '{"key":2,"other":{"a":3}}' }, { T_JSON: '{"key":9,"more":1}' }];
    expect(read({ json: { other: { b: 1 } } }, env)).toEqual({ json: { key: 2, more: 1, other: { a: 3, b: 1 } } });
  });

  it("does not merge arrays", () => expect(read({}, [{ T_JSON: "[1]" }, { T_JSON: '{"key":2}' }])).toEqual({ json: [1] }));

  it("has no variables for the names inside, as declared objects have", () => {
    const env = { T_JSON: '{"key":1}', T_JSON__KEY: "2", T_OBJECT: '{"key":1}', T_OBJECT__KEY: "2" };
    expect(read({}, env)).toEqual({ json: { key: 1 }, object: { key: 2 } });
    expect(read({}, { T_JSON__KEY: "2" })).toEqual({});
  });
});

describe("a Standard Schema with declared fields", () => {
  it("reads, converts, nests and merges like a valibot schema", () => {
    const store = { put: () => {} };
    const env = {
      FOREIGN_BASE_PATH: "5",
      FOREIGN_INDENT: "5",
      FOREIGN_TAGS: '["a"]',
      FOREIGN_SINCE: "2026-01-02",
      FOREIGN_RETRY__MAX_TIMES: "3",
    };
    const { settings } = new Foreign({ store }, { env });
    expect(settings).toEqual({ basePath: "5", indent: 5, tags: ["a"], since: new Date("2026-01-02"), store, retry: { maxTimes: 3 } });
    expect(settings.store).toBe(store);
    expect(Object.isFrozen(store)).toBe(false);
  });

  it("copies and freezes its default", () => {
    const [one, two] = [new Foreign({ basePath: "" }, { env: {} }), new Foreign({ basePath: "" }, { env: {} })];
    expect(one.settings.tags).toEqual(["default"]);
    expect(one.settings.tags).not.toBe(two.settings.tags);
    expect(Object.isFrozen(one.settings.tags)).toBe(true);
    expect(Object.isFrozen(defaults.tags)).toBe(false);
  });

  it("lists every problem with its source and hides the messages of the schema, which may quote values", () => {
    const env = { FOREIGN_INDENT: secret, FOREIGN_RETRY: `{"maxTimes":true}` };
    const error = errorOf(() => new Foreign({ basePath: [secret], colour: 1 } as never, { env }));
    expect(error.issues).toEqual([
      { field: "colour", problem: expect.stringContaining("there is no such setting"), source: "the argument" },
      { field: "indent", problem: "expected a number", source: "FOREIGN_INDENT" },
      { field: "basePath", problem: "it is not valid", source: "the argument" },
      { field: "retry.maxTimes", problem: "it is not valid", source: "FOREIGN_RETRY" },
    ]);
    expect(error.message + JSON.stringify(error)).not.toContain(secret);
    expect(errorOf(() => new Foreign({}, { env: {} })).issues).toEqual([
      { field: "basePath", problem: "it is missing; pass it or set FOREIGN_BASE_PATH", source: "nowhere" },
    ]);
  });

  it("may be a function, like a schema of arktype", () => {
    const callable = Object.assign(() => {}, foreign);
    class Callable extends BaseIOHandler.with(callable as unknown as StandardSchemaV1<{ basePath: string }>, {
      envPrefix: "CALLABLE_",
      fields: { basePath: "text" },
    }) {
      override handleOutput(): void {}
      override loadInput(): void {}
    }
    expect(new Callable({}, { env: { CALLABLE_BASE_PATH: "/a" } }).settings.basePath).toBe("/a");
  });

  it.each([
    ["resolves", () => Promise.resolve({ value: {} })],
    ["rejects", () => Promise.reject(new Error(secret))],
  ])("is refused when it is async and its promise %s", (_, validate) => {
    const schema = { "~standard": { version: 1, vendor: "foreign", validate } } as StandardSchemaV1<object>;
    class Async extends BaseIOHandler.with(schema, { envPrefix: "ASYNC_", fields: {} }) {
      override handleOutput(): void {}
      override loadInput(): void {}
    }
    const error = errorOf(() => new Async({}, { env: runtimeEnvironment }));
    expect(error).toMatchObject({
      code: "DefinitionError",
      message: expect.stringContaining("Cannot use an async schema for the settings of Async"),
    });
  });
});

describe("a declaration of settings", () => {
  const define = (entries: v.ObjectEntries, envPrefix = "X_"): unknown => BaseIOHandler.with(v.object(entries), { envPrefix });
  it.each<[string, () => unknown, RegExp]>([
    ["refuses missing options", () => (BaseIOHandler.with as (schema: unknown) => unknown)(v.object({})), /need an envPrefix/],
    ["refuses an empty prefix", () => define({}, ""), /need an envPrefix/],
    ["refuses a prefix without a final _", () => define({}, "JSON"), /Invalid envPrefix "JSON"; expected upper case with a final "_"/],
    ["refuses a lower-case prefix", () => define({}, "json_"), /expected upper case/],
    ["refuses a prefix that is not a name", () => define({}, "9 LIVES_"), /expected upper case/],
    ["refuses a missing schema", () => BaseIOHandler.with(undefined as never, { envPrefix: "X_" }), /need a schema/],
    ["refuses a schema that is not an object", () => BaseIOHandler.with(v.string() as never, { envPrefix: "X_" }), /declare them/],
    [
      "refuses a schema of another library without fields",
      () => BaseIOHandler.with(foreign as never, { envPrefix: "X_" }),
      /a foreign schema.*declare them/,
    ],
    [
      "refuses fields that are not an object",
      () => BaseIOHandler.with(foreign, { envPrefix: "X_", fields: "text" as never }),
      /names and kinds/,
    ],
    [
      "refuses an unknown kind",
      () => BaseIOHandler.with(foreign, { envPrefix: "X_", fields: { retry: { maxTimes: "integer" } } as never }),
      /Invalid kind of the field retry\.maxTimes; expected one of text, number/,
    ],
    [
      "refuses two settings with the same variable",
      () => define({ baseUrl: v.string(), baseURL: v.string() }),
      /baseUrl and baseURL .* X_BASE_URL/,
    ],
    [
      "refuses a nested setting with the same variable as another",
      () => define({ a: v.object({ b: v.string() }), a__b: v.string() }),
      /a\.b and a__b .* X_A__B/,
    ],
    ["refuses the name of a property of every object", () => define({ a: v.object({ constructor: v.string() }) }), /"a\.constructor"/],
    ["refuses an empty name", () => define({ "": v.string() }), /Invalid name of a setting ""/],
    ["refuses an async schema", () => BaseIOHandler.with(v.objectAsync({}) as never, { envPrefix: "X_" }), /the schema is async/],
    [
      "refuses an async part",
      () =>
        define({
          a: v.optional(
            v.object({
              b: v.pipeAsync(
                v.string(),
                v.checkAsync(async () => true),
              ) as never,
            }),
          ),
        }),
      /a\.b is async/,
    ],
  ])("%s", (_, call, message) => {
    const error = errorOf(call);
    expect(error.code).toBe("DefinitionError");
    expect(error.message).toMatch(message);
  });
});

describe("the name of the variable", () => {
  it.each([
    ["basePath", "X_BASE_PATH"],
    ["base_path", "X_BASE_PATH"],
    ["base-path", "X_BASE_PATH"],
    ["accessKeyID", "X_ACCESS_KEY_ID"],
    ["URLPrefix", "X_URL_PREFIX"],
    ["aBCd", "X_A_B_CD"],
    ["s3Bucket", "X_S3_BUCKET"],
    ["sha256", "X_SHA256"],
    ["x", "X_X"],
    ["größe", "X_GRÖSSE"],
  ])("of %s is %s", (name, variable) => {
    class Named extends BaseIOHandler.with(v.object({ [name]: v.string() }), { envPrefix: "X_" }) {
      override handleOutput(): void {}
      override loadInput(): void {}
    }
    expect(new Named({}, { env: { [variable]: "here" } }).settings).toEqual({ [name]: "here" });
  });
});
