import { MemoryStore } from "edgewater";
import { S3Store } from "edgewater/s3";
import { temporaryRepository } from "edgewater/testing";
import { withCache, withLimit, withPrefix, withRetry } from "edgewater/with";
import { describe, expect, it } from "vitest";

const memory = new MemoryStore();
const s3 = new S3Store({ bucket: "b", region: "r", credentials: { accessKeyId: "id", secretAccessKey: "key" } });
const refusal = (message: string, code = "SettingsError") => expect.objectContaining({ code, message: expect.stringContaining(message) });

describe("the options of a call", () => {
  it.each([
    ["a misspelt option of a cached read", () => withCache(memory, new MemoryStore()).get("k", { ifmatch: "e" } as never), '"ifMatch"?'],
    ["null for a limited list", () => Array.fromAsync(withLimit(memory, 1).list("", null as never)), "options of MemoryStore.list: null"],
    ["null for a prefixed list", () => Array.fromAsync(withPrefix(memory, "p").list("", null as never)), "MemoryStore.list: null"],
    [
      "a signal that is a text",
      () => withLimit(memory, 1).get("k", { signal: "x" } as never),
      "Invalid signal of MemoryStore.get: a string",
    ],
    ["a lifetime that is a symbol", () => s3.signedUrl("k", { expiresInSeconds: Symbol("s") } as never), "expiresInSeconds is a symbol"],
  ])("are refused: %s", (_, call, message) => expect(call()).rejects.toThrow(refusal(message)));

  it.each([
    ["null", null, "the metadata is null"],
    ["a Map", new Map([["a", "b"]]), "the metadata is an instance of Map"],
  ])("are refused: metadata that is %s", (_, metadata, message) =>
    expect(memory.put("k", "x", { metadata } as never)).rejects.toThrow(refusal(message, "MetadataError")),
  );

  it("are refused: a limit that is a symbol, through withRetry", () =>
    expect(Array.fromAsync(withRetry(memory).list("", { limit: Symbol("s") } as never))).rejects.toThrow(
      refusal("Invalid limit of a list: a symbol", "InvalidRange"),
    ));
});

describe("temporaryRepository", () => {
  it("refuses a storage, which it would not use", () =>
    expect(temporaryRepository({ assets: [], storage: "records" } as never)).rejects.toThrow(
      refusal("Invalid storage of temporaryRepository"),
    ));
});
