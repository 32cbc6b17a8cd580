/** Settings in runtimes without an environment of their own: browsers and Workers. */
import { BaseIOHandler } from "edgewater";
import { fromEnvironment } from "edgewater/s3";
import * as v from "valibot";
import { expect, it } from "vitest";
import { dotenv } from "../../../src/settings/dotenv.ts";
import { errorOf } from "./error-of.ts";

class Binding {
  readonly name = "bucket";
}

const schema = v.object({
  folder: v.string(),
  size: v.optional(v.number(), 1),
  tags: v.optional(v.array(v.string())),
  retry: v.optional(v.object({ times: v.number(), delay: v.optional(v.number(), 100) })),
  bucket: v.optional(v.instance(Binding)),
});

class Handler extends BaseIOHandler.with(schema, { envPrefix: "RUNTIME_IO_" }) {
  override handleOutput(): void {}
  override loadInput(): void {}
}

it("reads settings only from the env that is passed", () => {
  const env = { RUNTIME_IO_FOLDER: "/from/env", RUNTIME_IO_SIZE: "5" };
  expect(new Handler({}, { env }).settings).toEqual({ folder: "/from/env", size: 5 });
  expect(() => new Handler()).toThrow(expect.objectContaining({ code: "SettingsError" }));
  expect(fromEnvironment({ AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" })()).toMatchObject({ accessKeyId: "id" });
});

it("prefers the argument, then the first source, then the next, then the default", () => {
  const env = [{ RUNTIME_IO_SIZE: "5", RUNTIME_IO_RETRY: '{"times":1}' }, dotenv("RUNTIME_IO_FOLDER='file'\nRUNTIME_IO_RETRY__TIMES=2")];
  const { settings } = new Handler({ tags: ["a"] }, { env });
  expect(settings).toEqual({ folder: "file", size: 5, tags: ["a"], retry: { times: 1, delay: 100 } });
  expect(() => (settings.tags as string[]).push("b")).toThrow(TypeError);
});

it("passes a binding unchanged", () => {
  const bucket = new Binding();
  expect(new Handler({ folder: "" }, { env: { RUNTIME_IO_BUCKET: bucket } }).settings.bucket).toBe(bucket);
});

it("accepts import.meta.env", () => {
  const env = (import.meta as ImportMeta & { readonly env: Record<string, unknown> }).env;
  expect(typeof env).toBe("object");
  expect(new Handler({ folder: "/a" }, { env }).settings).toEqual({ folder: "/a", size: 1 });
});

it("lists every problem with its source and shows no value", () => {
  const env = [{ RUNTIME_IO_SIZE: "hunter2" }, dotenv("RUNTIME_IO_TAGS=[hunter2")];
  const error = errorOf(() => new Handler({ fodler: "hunter2" } as never, { env }));
  expect(error.issues).toEqual([
    { field: "fodler", problem: "there is no such setting; did you mean folder?", source: "the argument" },
    { field: "size", problem: "expected a number", source: "RUNTIME_IO_SIZE" },
    { field: "tags", problem: "expected JSON", source: "RUNTIME_IO_TAGS in .env" },
    { field: "folder", problem: "it is missing; pass it or set RUNTIME_IO_FOLDER", source: "nowhere" },
  ]);
  expect(error.message).not.toContain("hunter2");
});
