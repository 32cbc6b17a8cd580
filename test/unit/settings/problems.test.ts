import { BaseIOHandler } from "edgewater";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { dotenv } from "../../../src/settings/dotenv.ts";
import { errorOf } from "./error-of.ts";

const secret = "hunter2";

const schema = v.object({
  basePath: v.string(),
  indent: v.optional(v.number(), 2),
  strict: v.optional(v.boolean()),
  tags: v.optional(v.array(v.string())),
  mode: v.optional(v.picklist(["fast", "safe"])),
  password: v.optional(v.pipe(v.string(), v.minLength(20))),
  even: v.optional(
    v.pipe(
      v.number(),
      v.check(
        (value) => value % 2 === 0,
        (issue) => `${issue.input} is odd`,
      ),
    ),
  ),
  raw: v.optional(
    v.pipe(
      v.string(),
      v.rawCheck(({ dataset, addIssue }) => dataset.typed && addIssue({ message: dataset.value, expected: dataset.value })),
    ),
  ),
  steps: v.optional(v.array(v.object({ name: v.string() }))),
  limits: v.optional(v.record(v.string(), v.number())),
  weights: v.optional(v.map(v.string(), v.number())),
  open: v.optional(v.looseObject({ a: v.optional(v.number()) })),
  closed: v.optional(v.strictObject({ a: v.optional(v.number()) })),
  retry: v.optional(v.object({ maxTimes: v.number(), backOff: v.optional(v.object({ factor: v.optional(v.number()) })) })),
});

class Handler extends BaseIOHandler.with(schema, { envPrefix: "TEST_IO_" }) {
  override handleOutput(): void {}
  override loadInput(): void {}
}

const construct = (given: unknown, env: unknown = {}): unknown => new Handler(given as never, { env: env as never });
const issuesOf = (given: object, env: unknown = {}): unknown => errorOf(() => construct({ basePath: "", ...given }, env)).issues;

describe("the SettingsError", () => {
  it("lists every problem with its source and shows no value", () => {
    const env = {
      TEST_IO_INDENT: `${secret} no number`,
      TEST_IO_MODE: secret,
      TEST_IO_PASSWORD: secret,
      TEST_IO_TAGS: `{${secret}`,
      TEST_IO_RAW: secret,
      TEST_IO_LIMITS: `{"daily":"${secret}"}`,
      TEST_IO_WEIGHTS: `{"${secret}":"${secret}"}`,
    };
    const wrong = { strict: secret, colour: secret, even: 3, retry: { maxTimes: secret }, steps: [{ name: "a" }, { name: 5 }, {}] };
    const error = errorOf(() => construct(wrong, env));
    expect(error).toMatchObject({ code: "SettingsError", field: error.issues?.[0]?.field });
    expect(error.message.split("\n").sort()).toMatchInlineSnapshot(`
      [
        "  - basePath: it is missing; pass it or set TEST_IO_BASE_PATH",
        "  - colour: there is no such setting; there are basePath, indent, strict, tags, mode, password, even, raw, steps, limits, weights, open, closed, retry (from the argument)",
        "  - even: it is not valid (from the argument)",
        "  - indent: expected a number (from TEST_IO_INDENT)",
        "  - limits.daily: expected number (from TEST_IO_LIMITS)",
        "  - mode: expected ("fast" | "safe") (from TEST_IO_MODE)",
        "  - password: expected >=20 (from TEST_IO_PASSWORD)",
        "  - raw: it is not valid (from TEST_IO_RAW)",
        "  - retry.maxTimes: expected number (from the argument)",
        "  - steps.1.name: expected string (from the argument)",
        "  - steps.2.name: it is missing; pass it",
        "  - strict: expected boolean (from the argument)",
        "  - tags: expected JSON (from TEST_IO_TAGS)",
        "  - weights: expected number (from TEST_IO_WEIGHTS)",
        "Cannot configure Handler:",
      ]
    `);
    expect(error.issues).toHaveLength(14);
    expect(error.message + error.stack + JSON.stringify(error) + String(error.cause)).not.toContain(secret);
  });

  it.each<[string, object, unknown, object]>([
    ["the argument", { indent: "x" }, {}, { field: "indent", problem: "expected number", source: "the argument" }],
    ["a variable", {}, { TEST_IO_INDENT: "x" }, { field: "indent", problem: "expected a number", source: "TEST_IO_INDENT" }],
    ["a function", {}, () => null, { source: "TEST_IO_INDENT" }],
    ["a .env source", {}, dotenv("TEST_IO_INDENT=x"), { field: "indent", source: "TEST_IO_INDENT in .env" }],
    ["a named .env source", {}, dotenv("TEST_IO_INDENT=x", { name: ".env.local" }), { source: "TEST_IO_INDENT in .env.local" }],
    ["the first source that has it", {}, [{}, dotenv("TEST_IO_INDENT=x"), { TEST_IO_INDENT: "y" }], { source: "TEST_IO_INDENT in .env" }],
    ["JSON", {}, { TEST_IO_RETRY: '{"maxTimes":true}' }, { field: "retry.maxTimes", problem: "expected number", source: "TEST_IO_RETRY" }],
    [
      "JSON below the argument",
      { retry: { maxTimes: 1 } },
      { TEST_IO_RETRY: '{"backOff":{"factor":true}}' },
      { field: "retry.backOff.factor", source: "TEST_IO_RETRY" },
    ],
    ["an item", {}, { TEST_IO_TAGS: '["a",5]' }, { field: "tags.1", problem: "expected string", source: "TEST_IO_TAGS" }],
    [
      "nowhere",
      { retry: {} },
      {},
      { field: "retry.maxTimes", problem: "it is missing; pass it or set TEST_IO_RETRY__MAX_TIMES", source: "nowhere" },
    ],
    ["nowhere, in an item", { steps: [{}] }, {}, { field: "steps.0.name", problem: "it is missing; pass it", source: "nowhere" }],
  ])("names the source of a value: %s", (_, given, env, expected) =>
    expect(issuesOf(given, env)).toEqual(expect.arrayContaining([expect.objectContaining(expected)])),
  );

  it("names the default as the source of a value", () => {
    class Wrong extends BaseIOHandler.with(v.object({ size: v.optional(v.number(), secret as never) }), { envPrefix: "WRONG_" }) {
      override handleOutput(): void {}
      override loadInput(): void {}
    }
    const error = errorOf(() => new Wrong({}, { env: {} }));
    expect(error.issues).toEqual([{ field: "size", problem: "expected number", source: "the default" }]);
    expect(new Wrong({ size: 5 }, { env: {} }).settings.size).toBe(5);
  });

  it("reports settings that are invalid together", () => {
    const pair = v.pipe(
      v.object({ low: v.number(), high: v.number() }),
      v.check(({ low, high }) => low < high, secret),
    );
    class Pair extends BaseIOHandler.with(pair, { envPrefix: "PAIR_" }) {
      override handleOutput(): void {}
      override loadInput(): void {}
    }
    const error = errorOf(() => new Pair({ low: 2, high: 1 }, { env: {} }));
    expect(error.issues).toEqual([{ field: "", problem: "the settings are not valid together", source: "nowhere" }]);
    expect(error.field).toBeUndefined();
    expect(error.message).not.toContain(secret);
  });

  it("hides the error that a function of the schema throws", () => {
    const address = v.object({
      url: v.pipe(
        v.string(),
        v.transform((text) => new URL(text)),
      ),
    });
    class Throwing extends BaseIOHandler.with(address, { envPrefix: "THROWING_" }) {
      override handleOutput(): void {}
      override loadInput(): void {}
    }
    const error = errorOf(() => new Throwing({ url: secret }, { env: {} }));
    expect(error).toMatchObject({ code: "SettingsError", issues: [{ field: "", problem: expect.stringContaining("threw an error") }] });
    expect(`${error.message} ${String(error.cause)}`).not.toContain(secret);
  });
});

describe("unknown names", () => {
  it.each<[string, object, unknown, string, string]>([
    ["a typo", { basePaht: 1 }, {}, "basePaht", "there is no such setting; did you mean basePath?"],
    ["another case", { base_path: 1 }, {}, "base_path", "there is no such setting; did you mean basePath?"],
    ["a nested typo", { retry: { maxTimes: 1, backOf: {} } }, {}, "retry.backOf", "there is no such setting; did you mean backOff?"],
    [
      "a deeply nested name",
      { retry: { maxTimes: 1, backOff: { colour: 1 } } },
      {},
      "retry.backOff.colour",
      "there is no such setting; there are factor",
    ],
    ["a typo in an item", { steps: [{ name: "a", nmae: "b" }] }, {}, "steps.0.nmae", "there is no such setting; did you mean name?"],
    ["a name in a strict object", { closed: { bcd: 1 } }, {}, "closed.bcd", "there is no such setting; there are a"],
    [
      "one that every object has",
      { retry: { maxTimes: 1, toString: 1 } },
      {},
      "retry.toString",
      "there is no such setting; there are maxTimes, backOff",
    ],
    ["a typo in JSON", {}, { TEST_IO_RETRY: '{"maxTime":1}' }, "retry.maxTime", "there is no such setting; did you mean maxTimes?"],
    [
      "a name that is not a plain word",
      { "a b\n": 1 },
      {},
      '"a b\\n"',
      expect.stringContaining("there is no such setting; there are basePath"),
    ],
  ])("are refused: %s", (_, given, env, field, problem) =>
    expect(issuesOf(given, env)).toEqual(expect.arrayContaining([expect.objectContaining({ field, problem })])),
  );

  it("are accepted where the schema allows them", () => {
    const { settings } = construct({ basePath: "", open: { b: 1 }, limits: { daily: 1 } }) as Handler;
    expect(settings).toMatchObject({ open: { b: 1 }, limits: { daily: 1 } });
  });
});

describe("the arguments of the constructor", () => {
  it.each([
    ["a text", secret],
    ["null", null],
    ["an array", [secret]],
    ["a number", 5],
    ["a function", () => secret],
    ["a map", new Map([["basePath", secret]])],
    [
      "an instance of a class",
      new (class Settings {
        basePath = secret;
      })(),
    ],
  ])("may not be %s", (_, given) => {
    const error = errorOf(() => construct(given, { TEST_IO_BASE_PATH: "" }));
    expect(error).toMatchObject({ code: "SettingsError", issues: [{ source: "the argument" }] });
    expect(error.message).toContain("expected an object of settings, such as { basePath: … }");
    expect(error.message).not.toContain(secret);
  });

  it("may be an object without a prototype", () => {
    const given = Object.assign(Object.create(null), { basePath: "/a" });
    expect((construct(given) as Handler).settings.basePath).toBe("/a");
  });

  it.each([
    ["a record of variables in place of { env }", { TEST_IO_BASE_PATH: secret }],
    ["a text", secret],
    ["null", null],
    ["a source that is a text", { env: secret }],
    ["a source that is null", { env: null }],
    ["a list with a text", { env: [{}, secret] }],
  ])("refuse %s as the second argument", (_, options) => {
    const error = errorOf(() => new Handler({ basePath: "" }, options as never));
    expect(error).toMatchObject({ code: "SettingsError", field: "env" });
    expect(error.message).not.toContain(secret);
  });
});

describe("a key __proto__", () => {
  const polluting = '{"maxTimes":1,"__proto__":{"polluted":"yes"}}';
  it.each<[string, object, unknown, string, string]>([
    ["the argument", JSON.parse(`{"__proto__":{"polluted":"yes"}}`), {}, "__proto__", "the argument"],
    ["an object in the argument", { retry: JSON.parse(polluting) }, {}, "retry.__proto__", "the argument"],
    ["an item in the argument", { steps: [JSON.parse(polluting)] }, {}, "steps.0.__proto__", "the argument"],
    ["a loose object", { open: JSON.parse(polluting) }, {}, "open.__proto__", "the argument"],
    ["JSON", {}, { TEST_IO_RETRY: polluting }, "retry.__proto__", "TEST_IO_RETRY"],
    ["JSON of a record", {}, { TEST_IO_LIMITS: polluting }, "limits.__proto__", "TEST_IO_LIMITS"],
    ["JSON that is merged", { retry: { maxTimes: 1 } }, { TEST_IO_RETRY: polluting }, "retry.__proto__", "TEST_IO_RETRY"],
  ])("is refused in %s and pollutes no prototype", (_, given, env, field, source) => {
    const arg = Object.hasOwn(given, "__proto__") ? given : { basePath: "", ...given };
    const { issues } = errorOf(() => construct(arg, env));
    expect(issues).toEqual(expect.arrayContaining([{ field, problem: "this name is not allowed", source }]));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
