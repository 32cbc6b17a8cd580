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

describe("the folder", () => {
  it.each<[string, string, { folder?: string }, EnvironmentSources]>([
    ["the argument before all", "argument", { folder: "argument" }, [{ SOURCE_FOLDER: "record" }, file]],
    ["a record before a file", "record", {}, [{ SOURCE_FOLDER: "record" }, file]],
    ["a file before a record, in this order", "file", {}, [file, { SOURCE_FOLDER: "record" }]],
    ["a file before the default", "file", {}, [{}, file]],
    ["a file alone", "file", {}, file],
    ["a function", "SOURCE_FOLDER", {}, (name) => (name === "SOURCE_FOLDER" ? name : undefined)],
    ["a function that knows nothing, then a file", "file", {}, [() => undefined, file]],
    ["an empty text is a value", "", {}, [{ SOURCE_FOLDER: "" }, file]],
    ["undefined is none", "file", {}, [{ SOURCE_FOLDER: undefined }, file]],
    ["the default after all", "default", {}, []],
    ["nothing inherited", "default", {}, Object.create({ SOURCE_FOLDER: "inherited" })],
  ])("comes from %s", (_, expected, given, env) => expect(new Handler(given, { env }).settings.folder).toBe(expected));
});

describe("sources", () => {
  it("are merged deeply, and each wins over those after it with JSON and nested variables alike", () => {
    const env = [{ SOURCE_RETRY: '{"times":1}' }, dotenv("SOURCE_RETRY__TIMES=2\nSOURCE_RETRY__DELAY=3")];
    expect(new Handler({}, { env }).settings.retry).toEqual({ times: 1, delay: 3 });
  });

  it("do no harm with a wrong value that is not needed", () => {
    const env = [{ SOURCE_SIZE: "5" }, dotenv("SOURCE_SIZE=many")];
    expect(new Handler({}, { env }).settings.size).toBe(5);
  });

  it("do not hide a wrong value behind a good one", () => {
    const env = [{ SOURCE_SIZE: "many" }, dotenv("SOURCE_SIZE=5")];
    expect(errorOf(() => new Handler({}, { env })).issues).toEqual([
      { field: "size", problem: "expected a number", source: "SOURCE_SIZE" },
    ]);
  });

  it("are read when a handler is constructed, not when it is declared, and once for each variable", () => {
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

describe("the runtime's environment", () => {
  afterEach(() => vi.unstubAllGlobals());

  const onDeno = (get: (name: string) => string | undefined): void => {
    vi.stubGlobal("Deno", { env: { get } });
  };
  const throwing = (name: string) => (): never => {
    throw Object.assign(new Error("Requires env access"), { name });
  };

  it("is Deno.env on Deno", () => {
    onDeno((name) => `deno ${name}`);
    expect(runtimeEnvironment("X")).toBe("deno X");
  });

  it.each(["NotCapable", "PermissionDenied"])("has nothing where Deno says %s", (name) => {
    onDeno(throwing(name));
    expect(runtimeEnvironment("X")).toBeUndefined();
  });

  it("passes on what else goes wrong", () => {
    onDeno(throwing("TypeError"));
    expect(() => runtimeEnvironment("X")).toThrow("Requires env access");
  });

  it("has nothing where there is neither Deno nor process", () => {
    vi.stubGlobal("process", undefined);
    expect(runtimeEnvironment("PATH")).toBeUndefined();
  });

  it("takes its place in a list", () => {
    onDeno((name) => (name === "SOURCE_SIZE" ? "7" : undefined));
    expect(new Handler({}, { env: [runtimeEnvironment, file] }).settings).toMatchObject({ folder: "file", size: 7 });
  });
});
