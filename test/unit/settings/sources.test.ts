import { BaseIOHandler } from "edgewater";
import * as v from "valibot";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runtimeEnvironment } from "../../../src/runtime/environment.ts";
import { dotenv } from "../../../src/settings/dotenv.ts";
import type { EnvironmentSources } from "../../../src/settings/sources.ts";
import { errorOf } from "./error-of.ts";

const schema = v.object({
  folder: v.optional(v.string(), "default"),
  size: v.optional(v.number(), 0),
  retry: v.optional(v.object({ times: v.optional(v.number(), 0), delay: v.optional(v.number(), 0) }), {}),
});

class Handler extends BaseIOHandler.with(schema, { envPrefix: "SOURCE_" }) {
  override handleOutput(): void {}
  override loadInput(): void {}
}

const file = dotenv("SOURCE_FOLDER=file\nSOURCE_SIZE=1");

describe("a setting with several sources", () => {
  it.each<[string, string, { folder?: string }, EnvironmentSources]>([
    ["the argument first", "argument", { folder: "argument" }, [{ SOURCE_FOLDER: "record" }, file]],
    ["a record before a file", "record", {}, [{ SOURCE_FOLDER: "record" }, file]],
    ["a file before a record that comes later", "file", {}, [file, { SOURCE_FOLDER: "record" }]],
    ["a file before the default", "file", {}, [{}, file]],
    ["a file alone", "file", {}, file],
    ["a function", "SOURCE_FOLDER", {}, (name) => (name === "SOURCE_FOLDER" ? name : undefined)],
    ["a file after a function that returns undefined", "file", {}, [() => undefined, file]],
    ["an empty text as a value", "", {}, [{ SOURCE_FOLDER: "" }, file]],
    ["the next source when a variable is undefined", "file", {}, [{ SOURCE_FOLDER: undefined }, file]],
    ["the default last", "default", {}, []],
    ["no inherited property", "default", {}, Object.create({ SOURCE_FOLDER: "inherited" })],
  ])("takes %s", (_, expected, given, env) => expect(new Handler(given, { env }).settings.folder).toBe(expected));
});

describe("sources", () => {
  it("are merged deeply; each wins over later ones, with JSON and with nested variables", () => {
    const env = [{ SOURCE_RETRY: '{"times":1}' }, dotenv("SOURCE_RETRY__TIMES=2\nSOURCE_RETRY__DELAY=3")];
    expect(new Handler({}, { env }).settings.retry).toEqual({ times: 1, delay: 3 });
  });

  it("may have an invalid value that is not needed", () => {
    const env = [{ SOURCE_SIZE: "5" }, dotenv("SOURCE_SIZE=many")];
    expect(new Handler({}, { env }).settings.size).toBe(5);
  });

  it("report an invalid value although a later source has a valid one", () => {
    const env = [{ SOURCE_SIZE: "many" }, dotenv("SOURCE_SIZE=5")];
    expect(errorOf(() => new Handler({}, { env })).issues).toEqual([
      { field: "size", problem: "expected a number", source: "SOURCE_SIZE" },
    ]);
  });

  it("are read when a handler is constructed, once per variable, and not when it is declared", () => {
    const env = vi.fn<(name: string) => unknown>();
    class Late extends BaseIOHandler.with(schema, { envPrefix: "LATE_" }) {
      override handleOutput(): void {}
      override loadInput(): void {}
    }
    expect(env).not.toHaveBeenCalled();
    new Late({}, { env });
    expect(env.mock.calls.map(([name]) => name).sort()).toEqual([
      "LATE_FOLDER",
      "LATE_RETRY",
      "LATE_RETRY__DELAY",
      "LATE_RETRY__TIMES",
      "LATE_SIZE",
    ]);
  });
});

describe("runtimeEnvironment", () => {
  afterEach(() => vi.unstubAllGlobals());

  const onDeno = (get: (name: string) => string | undefined): void => {
    vi.stubGlobal("Deno", { env: { get } });
  };
  const throwing = (name: string) => (): never => {
    throw Object.assign(new Error("Requires env access"), { name });
  };

  it("reads Deno.env on Deno", () => {
    onDeno((name) => `deno ${name}`);
    expect(runtimeEnvironment("X")).toBe("deno X");
  });

  it.each(["NotCapable", "PermissionDenied"])("returns undefined when Deno throws %s", (name) => {
    onDeno(throwing(name));
    expect(runtimeEnvironment("X")).toBeUndefined();
  });

  it("throws any other error of Deno", () => {
    onDeno(throwing("TypeError"));
    expect(() => runtimeEnvironment("X")).toThrow("Requires env access");
  });

  it("returns undefined without Deno and process", () => {
    vi.stubGlobal("process", undefined);
    expect(runtimeEnvironment("PATH")).toBeUndefined();
  });

  it("may be one source of a list", () => {
    onDeno((name) => (name === "SOURCE_SIZE" ? "7" : undefined));
    expect(new Handler({}, { env: [runtimeEnvironment, file] }).settings).toMatchObject({ folder: "file", size: 7 });
  });
});

describe("a record", () => {
  const records = v.object({
    labels: v.optional(v.record(v.string(), v.number()), {}),
    retries: v.optional(v.record(v.string(), v.object({ maxTimes: v.number() })), {}),
    tags: v.optional(v.array(v.string()), []),
  });
  class RecordHandler extends BaseIOHandler.with(records, { envPrefix: "RECORD_" }) {
    override handleOutput(): void {}
    override loadInput(): void {}
  }

  it.each<[string, EnvironmentSources]>([
    ["a record", { RECORD_LABELS__TEAM: "1", RECORD_LABELS__COST_CENTER: "2" }],
    ["a file", dotenv("RECORD_LABELS__TEAM=1\nRECORD_LABELS__COST_CENTER=2")],
  ])("has a variable for each key, in %s", (_, env) =>
    expect(new RecordHandler({}, { env }).settings.labels).toEqual({ team: 1, costCenter: 2 }),
  );

  it("has a variable for each key in the environment of the runtime", () => {
    vi.stubEnv("RECORD_LABELS__TEAM", "3");
    expect(new RecordHandler().settings.labels).toEqual({ team: 3 });
    vi.unstubAllEnvs();
  });

  it("has variables for the settings inside its values", () =>
    expect(new RecordHandler({}, { env: { RECORD_RETRIES__SLOW__MAX_TIMES: "4" } }).settings.retries).toEqual({ slow: { maxTimes: 4 } }));

  it("merges them over its JSON and under the argument", () => {
    const env = { RECORD_LABELS: '{"team":1,"other":2,"given":3}', RECORD_LABELS__TEAM: "4", RECORD_LABELS__GIVEN: "5" };
    expect(new RecordHandler({ labels: { given: 6 } }, { env }).settings.labels).toEqual({ team: 4, other: 2, given: 6 });
  });

  it("names the variable of an invalid value", () =>
    expect(errorOf(() => new RecordHandler({}, { env: { RECORD_LABELS__TEAM: "x" } })).issues).toEqual([
      { field: "labels.team", problem: "expected a number", source: "RECORD_LABELS__TEAM" },
    ]));

  it("is not read from variables of an array", () =>
    expect(new RecordHandler({}, { env: { RECORD_TAGS__0: "a" } }).settings.tags).toEqual([]));
});
