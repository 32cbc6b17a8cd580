import { BaseIOHandler } from "edgewater";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const schema = v.object({
  basePath: v.string(),
  indent: v.optional(v.number(), 2),
  strict: v.optional(v.boolean()),
  tags: v.optional(v.array(v.string())),
  mode: v.optional(v.picklist(["fast", "safe"])),
  big: v.optional(v.bigint()),
  password: v.optional(v.pipe(v.string(), v.minLength(20))),
  retry: v.optional(v.object({ maxTimes: v.number(), delayMs: v.optional(v.number(), 100) })),
});

class Handler extends BaseIOHandler.with(schema, { envPrefix: "TEST_IO_" }) {
  override handleOutput(): void {}
  override loadInput(): void {}
}

type Given = ConstructorParameters<typeof Handler>[0];
const settingsOf = (given: Given, env: Record<string, unknown> = {}): unknown => new Handler(given, { env }).settings;

describe("settings", () => {
  it.each<[string, Given, Record<string, unknown>, object]>([
    ["come from the argument", { basePath: "/a" }, {}, { basePath: "/a", indent: 2 }],
    ["come from the environment", {}, { TEST_IO_BASE_PATH: "/e" }, { basePath: "/e" }],
    ["prefer the argument", { basePath: "/a" }, { TEST_IO_BASE_PATH: "/e" }, { basePath: "/a" }],
    ["prefer the environment to the default", { basePath: "/a" }, { TEST_IO_INDENT: "4" }, { indent: 4 }],
    ["take an undefined argument as not given", { basePath: undefined as never }, { TEST_IO_BASE_PATH: "/e" }, { basePath: "/e" }],
    ["take an empty variable as a value", {}, { TEST_IO_BASE_PATH: "" }, { basePath: "" }],
    ["coerce booleans", { basePath: "" }, { TEST_IO_STRICT: "Yes" }, { strict: true }],
    ["coerce booleans that are off", { basePath: "" }, { TEST_IO_STRICT: "0" }, { strict: false }],
    ["coerce bigints", { basePath: "" }, { TEST_IO_BIG: "12345678901234567890" }, { big: 12345678901234567890n }],
    ["read JSON for arrays", { basePath: "" }, { TEST_IO_TAGS: '["a","b"]' }, { tags: ["a", "b"] }],
    ["read JSON for objects", { basePath: "" }, { TEST_IO_RETRY: '{"maxTimes":3}' }, { retry: { maxTimes: 3, delayMs: 100 } }],
    ["read nested variables", { basePath: "" }, { TEST_IO_RETRY__MAX_TIMES: "3" }, { retry: { maxTimes: 3, delayMs: 100 } }],
    [
      "merge objects deeply",
      { basePath: "", retry: { maxTimes: 9 } },
      { TEST_IO_RETRY__MAX_TIMES: "3", TEST_IO_RETRY__DELAY_MS: "5" },
      { retry: { maxTimes: 9, delayMs: 5 } },
    ],
    ["keep what is no text", { basePath: "" }, { TEST_IO_STRICT: true, TEST_IO_INDENT: 8 }, { strict: true, indent: 8 }],
    ["never read a bare name", { basePath: "/a" }, { MODE: "nonsense", INDENT: "x" }, { indent: 2 }],
  ])("%s", (_, given, env, expected) => expect(settingsOf(given, env)).toMatchObject(expected));

  it("cannot be changed afterwards", () => {
    const { settings } = new Handler({ basePath: "/a" });
    expect(() => Object.assign(settings, { basePath: "/b" })).toThrow(TypeError);
  });

  it("lists every problem with its source in one error, and never a value", () => {
    const secret = "hunter2";
    const env = { TEST_IO_INDENT: `${secret} no number`, TEST_IO_MODE: secret, TEST_IO_PASSWORD: secret, TEST_IO_TAGS: `{${secret}` };
    const wrong = { strict: secret, colour: secret, retry: { maxTimes: secret } } as never;
    const call = (): unknown => settingsOf(wrong, env);
    expect(call).toThrow(expect.objectContaining({ code: "SettingsError" }));
    const message = errorOf(call).message;
    expect(message.split("\n").sort()).toMatchInlineSnapshot(`
      [
        "  - basePath: it is missing; pass it or set TEST_IO_BASE_PATH",
        "  - colour: there is no such setting; there are basePath, indent, strict, tags, mode, big, password, retry (from the argument)",
        "  - indent: expected a number (from TEST_IO_INDENT)",
        "  - mode: expected ("fast" | "safe") (from TEST_IO_MODE)",
        "  - password: expected >=20 (from TEST_IO_PASSWORD)",
        "  - retry.maxTimes: expected number (from the argument)",
        "  - strict: expected boolean (from the argument)",
        "  - tags: expected JSON (from TEST_IO_TAGS)",
        "Cannot configure Handler:",
      ]
    `);
    expect(message).not.toContain(secret);
    expect(JSON.stringify(errorOf(call))).not.toContain(secret);
  });

  it.each([
    ["no prefix", () => BaseIOHandler.with(schema, { envPrefix: "" })],
    ["a schema that is no object", () => BaseIOHandler.with(v.string() as never, { envPrefix: "X_" })],
    ["no schema", () => BaseIOHandler.with(undefined as never, { envPrefix: "X_" })],
  ])("refuse %s", (_, call) => expect(call).toThrow(expect.objectContaining({ code: "DefinitionError" })));
});

describe("the environment of Node", () => {
  beforeEach(() => {
    process.env["TEST_IO_BASE_PATH"] = "/from/process";
  });
  afterEach(() => {
    delete process.env["TEST_IO_BASE_PATH"];
  });

  it("is read when the handler is constructed", () => expect(new Handler().settings.basePath).toBe("/from/process"));
  it("is not read when a source is passed", () =>
    expect(() => new Handler({}, { env: {} })).toThrow(/basePath: it is missing; pass it or set TEST_IO_BASE_PATH/));
});

function errorOf(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not throw");
}
