import { BaseIOHandler } from "edgewater";
import { fromEnvironment } from "edgewater/s3";
import * as v from "valibot";
import { expect, it } from "vitest";

class Handler extends BaseIOHandler.with(v.object({ folder: v.string(), size: v.optional(v.number(), 1) }), { envPrefix: "RUNTIME_IO_" }) {
  override handleOutput(): void {}
  override loadInput(): void {}
}

it("reads settings from the env that is passed in, and from nowhere else", () => {
  const env = { RUNTIME_IO_FOLDER: "/from/env", RUNTIME_IO_SIZE: "5" };
  expect(new Handler({}, { env }).settings).toEqual({ folder: "/from/env", size: 5 });
  expect(() => new Handler()).toThrow(expect.objectContaining({ code: "SettingsError" }));
  expect(fromEnvironment({ AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" })()).toMatchObject({ accessKeyId: "id" });
});
