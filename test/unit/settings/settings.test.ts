import { BaseIOHandler } from "edgewater";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { errorOf } from "./error-of.ts";

class Store {
  readonly bucket = "assets";
}

const schema = v.object({
  basePath: v.string(),
  indent: v.optional(v.number(), 2),
  strict: v.optional(v.boolean()),
  tags: v.optional(v.array(v.string()), []),
  mode: v.optional(v.picklist(["fast", "safe"])),
  big: v.optional(v.bigint()),
  password: v.optional(v.pipe(v.string(), v.minLength(20))),
  labels: v.optional(v.record(v.string(), v.string())),
  store: v.optional(v.instance(Store)),
  retry: v.optional(v.object({ maxTimes: v.number(), delayMs: v.optional(v.number(), 100) })),
});

class Handler extends BaseIOHandler.with(schema, { envPrefix: "TEST_IO_" }) {
  override handleOutput(): void {}
  override loadInput(): void {}
}

type Given = ConstructorParameters<typeof Handler>[0];
const settingsOf = (given: Given, env: Record<string, unknown> = {}): (typeof Handler)["prototype"]["settings"] =>
  new Handler(given, { env }).settings;

describe("settings", () => {
  it.each<[string, Given, Record<string, unknown>, object]>([
    ["come from the argument", { basePath: "/a" }, {}, { basePath: "/a", indent: 2 }],
    ["come from the environment", {}, { TEST_IO_BASE_PATH: "/e" }, { basePath: "/e" }],
    ["come from the environment without an argument", undefined, { TEST_IO_BASE_PATH: "/e" }, { basePath: "/e" }],
    ["prefer the argument", { basePath: "/a" }, { TEST_IO_BASE_PATH: "/e" }, { basePath: "/a" }],
    ["prefer the environment to the default", { basePath: "/a" }, { TEST_IO_INDENT: "4" }, { indent: 4 }],
    ["ignore an undefined argument", { basePath: undefined }, { TEST_IO_BASE_PATH: "/e" }, { basePath: "/e" }],
    [
      "ignore an undefined nested argument",
      { basePath: "", retry: { maxTimes: undefined } },
      { TEST_IO_RETRY__MAX_TIMES: "3" },
      { retry: { maxTimes: 3 } },
    ],
    ["ignore an undefined variable", { basePath: "" }, { TEST_IO_INDENT: undefined }, { indent: 2 }],
    ["accept an empty variable as a value", {}, { TEST_IO_BASE_PATH: "" }, { basePath: "" }],
    ["keep the spaces around text", {}, { TEST_IO_BASE_PATH: " /a " }, { basePath: " /a " }],
    ["parse JSON for arrays", { basePath: "" }, { TEST_IO_TAGS: '["a","b"]' }, { tags: ["a", "b"] }],
    ["do not merge arrays", { basePath: "", tags: ["c"] }, { TEST_IO_TAGS: '["a","b"]' }, { tags: ["c"] }],
    ["parse JSON for objects", { basePath: "" }, { TEST_IO_RETRY: '{"maxTimes":3}' }, { retry: { maxTimes: 3, delayMs: 100 } }],
    ["read nested variables", { basePath: "" }, { TEST_IO_RETRY__MAX_TIMES: "3" }, { retry: { maxTimes: 3, delayMs: 100 } }],
    [
      "prefer a nested variable to the JSON around it",
      { basePath: "" },
      { TEST_IO_RETRY: '{"maxTimes":3,"delayMs":7}', TEST_IO_RETRY__MAX_TIMES: "4" },
      { retry: { maxTimes: 4, delayMs: 7 } },
    ],
    [
      "merge objects deeply",
      { basePath: "", retry: { maxTimes: 9 } },
      { TEST_IO_RETRY__MAX_TIMES: "3", TEST_IO_RETRY__DELAY_MS: "5" },
      { retry: { maxTimes: 9, delayMs: 5 } },
    ],
    [
      "merge the argument with JSON",
      { basePath: "", retry: { delayMs: 9 } },
      { TEST_IO_RETRY: '{"maxTimes":3,"delayMs":7}' },
      { retry: { maxTimes: 3, delayMs: 9 } },
    ],
    [
      "merge records too",
      { basePath: "", labels: { b: "argument" } },
      { TEST_IO_LABELS: '{"a":"variable","b":"variable"}' },
      { labels: { a: "variable", b: "argument" } },
    ],
    [
      "keep values of a source that are not text",
      { basePath: "" },
      { TEST_IO_STRICT: true, TEST_IO_INDENT: 8 },
      { strict: true, indent: 8 },
    ],
    ["ignore a variable without the prefix", { basePath: "/a" }, { MODE: "nonsense", INDENT: "x" }, { indent: 2 }],
    ["ignore other variables with the prefix", { basePath: "/a" }, { TEST_IO_OTHER: "x" }, { indent: 2 }],
  ])("%s", (_, given, env, expected) => expect(settingsOf(given, env)).toMatchObject(expected));

  it.each<[string, NonNullable<Given>, Record<string, unknown>]>([
    ["a number", { indent: 3 }, { TEST_IO_INDENT: "three" }],
    ["a choice", { mode: "fast" }, { TEST_IO_MODE: "slow" }],
    ["an array", { tags: ["a"] }, { TEST_IO_TAGS: "[" }],
    ["a record", { labels: { a: "b" } }, { TEST_IO_LABELS: "{" }],
    ["a setting inside", { retry: { maxTimes: 1 } }, { TEST_IO_RETRY__MAX_TIMES: "often" }],
    ["a setting inside JSON", { retry: { maxTimes: 1 } }, { TEST_IO_RETRY: '{"maxTimes":"often"}' }],
    ["an object with all of its settings", { retry: { maxTimes: 1, delayMs: 2 } }, { TEST_IO_RETRY: "{" }],
  ])("ignore an invalid variable when %s is given", (_, given, env) =>
    expect(settingsOf({ basePath: "", ...given }, env)).toMatchObject(given),
  );

  it("refuse an invalid variable when only a part of the object is given, since the rest would be lost", () => {
    const call = (): unknown => settingsOf({ basePath: "", retry: { maxTimes: 1 } }, { TEST_IO_RETRY: "{" });
    expect(errorOf(call).issues).toEqual([{ field: "retry", problem: "expected JSON", source: "TEST_IO_RETRY" }]);
  });

  it("ignore a variable without the prefix, and refuse text as the argument", () => {
    class Prefixed extends BaseIOHandler.with(v.object({ mode: v.optional(v.picklist(["safe"]), "safe") }), { envPrefix: "X_" }) {
      override handleOutput(): void {}
      override loadInput(): void {}
    }
    expect(new Prefixed({}, { env: { MODE: "dev" } }).settings).toEqual({ mode: "safe" });
    expect(() => new Prefixed("dev" as never)).toThrow(expect.objectContaining({ code: "SettingsError" }));
  });

  it("pass values that are not data unchanged", () => {
    const store = new Store();
    expect(settingsOf({ basePath: "", store }).store).toBe(store);
    expect(settingsOf({ basePath: "" }, { TEST_IO_STORE: store }).store).toBe(store);
    expect(Object.isFrozen(store)).toBe(false);
  });

  it("are frozen deeply; the argument is not frozen", () => {
    const given = { basePath: "", tags: ["a"], retry: { maxTimes: 1 }, labels: { a: "b" } };
    const settings = settingsOf(given);
    expect(() => Object.assign(settings, { basePath: "/b" })).toThrow(TypeError);
    expect(() => Object.assign(settings.retry ?? {}, { maxTimes: 2 })).toThrow(TypeError);
    expect(() => Object.assign(settings.labels ?? {}, { a: "c" })).toThrow(TypeError);
    expect(() => (settings.tags as string[]).push("b")).toThrow(TypeError);
    given.tags.push("b");
    given.retry.maxTimes = 2;
    expect(settings).toMatchObject({ tags: ["a"], retry: { maxTimes: 1 } });
  });

  it("copy the default for each handler", () => {
    const defaults = { list: [1], map: new Map([["a", 1]]), at: new Date(0) };
    class Sharing extends BaseIOHandler.with(v.object({ any: v.optional(v.any(), defaults) }), { envPrefix: "SHARING_" }) {
      override handleOutput(): void {}
      override loadInput(): void {}
    }
    const [one, two] = [new Sharing({}, { env: {} }).settings, new Sharing({}, { env: {} }).settings];
    expect(one).toEqual({ any: defaults });
    one.any.map.set("b", 2);
    one.any.at.setTime(1);
    expect(two.any).toEqual({ list: [1], map: new Map([["a", 1]]), at: new Date(0) });
    expect(defaults.map.size).toBe(1);
    expect(Object.isFrozen(defaults.list)).toBe(false);
  });
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
