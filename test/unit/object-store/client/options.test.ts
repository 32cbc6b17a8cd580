/** Wrong options are refused by every remote store when it is constructed. */
import { AzureStore } from "edgewater/azure";
import { GCSStore } from "edgewater/gcs";
import { HTTPStore } from "edgewater/http";
import { S3Store } from "edgewater/s3";
import { describe, expect, it } from "vitest";
import { ServerClock } from "../../../../src/object-store/client/clock.ts";

const stores: Readonly<Record<string, (options: object) => unknown>> = {
  S3Store: (options) => new S3Store({ bucket: "b", region: "r", credentials: { accessKeyId: "a", secretAccessKey: "s" }, ...options }),
  AzureStore: (options) => new AzureStore({ account: "a", container: "c", credentials: { accountKey: "" }, ...options }),
  GCSStore: (options) => new GCSStore({ bucket: "b", credentials: { accessToken: "t" }, ...options }),
  HTTPStore: (options) => new HTTPStore("https://host/base", options),
};

const wrongForAll = [
  ["retry.maxRetries", { retry: { maxRetries: -1 } }],
  ["retry.delayMs", { retry: { delayMs: Number.NaN } }],
  ["retry.jitter", { retry: { jitter: "some" } }],
  ["timeoutMs", { timeoutMs: 0 }],
  ["timeoutMs", { timeoutMs: Number.POSITIVE_INFINITY }],
  ["timeoutMs", { timeoutMs: "1000" }],
] as const;

const wrongForSome = [
  ["S3Store", "partSize", 0],
  ["S3Store", "partSize", 1.5],
  ["S3Store", "concurrency", 0],
  ["AzureStore", "blockSize", -1],
  ["AzureStore", "concurrency", Number.POSITIVE_INFINITY],
  ["GCSStore", "chunkSize", 1000],
  ["GCSStore", "chunkSize", 0],
  ["GCSStore", "concurrency", Number.NaN],
] as const;

describe.each(Object.entries(stores))("%s", (_, make) => {
  it.each(wrongForAll)("refuses a wrong %s: %j", (field, options) => {
    expect(() => make(options)).toThrow(expect.objectContaining({ code: "SettingsError", field }));
  });

  it("takes the options that are documented", () => {
    make({ retry: { maxRetries: 0, delayMs: 0, maxElapsedMs: Number.POSITIVE_INFINITY, jitter: "none" }, timeoutMs: 1 });
  });
});

it.each(wrongForSome)("%s refuses the %s %d", (name, field, value) => {
  const message = expect.stringMatching(`^Invalid ${field} of ${name}\\(.*\\): ${value}; expected `);
  expect(() => stores[name]?.({ [field]: value })).toThrow(expect.objectContaining({ code: "SettingsError", field, message }));
});

it.each(["http://host?sig=very-secret", "http://user:very-secret@host", "very-secret"])(
  "refuses an endpoint without showing it",
  (endpoint) => {
    const message = expect.not.stringContaining("very-secret");
    for (const name of ["S3Store", "AzureStore", "GCSStore"]) {
      expect(() => stores[name]?.({ endpoint })).toThrow(expect.objectContaining({ code: "SettingsError", field: "endpoint", message }));
    }
  },
);

describe("the server's clock", () => {
  it("counts as changed only by more than a minute, and is undone by an answer that does not show it", () => {
    const clock = new ServerClock();
    expect(clock.adjust(Date.now() + 30_000)).toBe(false);
    expect(clock.adjust(Date.now() + 3_600_000)).toBe(true);
    expect(clock.now() - Date.now()).toBeGreaterThan(3_590_000);
    expect(clock.adjust(Date.now() + 3_600_000)).toBe(false);
    expect(clock.adjust(Number.NaN)).toBe(true);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
  });
});
