import { InputContext, MemoryStore, OutputContext, SuperJsonIOHandler } from "edgewater";
import { bytesSerializer, jsonSerializer, type Serializer, superjsonSerializer, textSerializer, withGzip } from "edgewater/serializer";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/io-handler/data-version.ts";
import { SerializedIOHandler } from "../../../src/io-handler/serialized.ts";

const output = (): OutputContext => new OutputContext({ assetName: "quakes" });
const input = (): InputContext => new InputContext({ assetName: "quakes", downstreamAsset: "strong" });

describe("a handler with a serializer", () => {
  it.each<[Serializer, unknown, string]>([
    [superjsonSerializer(), { at: new Date(0), values: new Float64Array(100).fill(0.5) }, "quakes.superjson"],
    [jsonSerializer(), [{ a: 1 }], "quakes.json"],
    [textSerializer(), "tëxt", "quakes.txt"],
    [bytesSerializer(), new Uint8Array([1, 2, 3]), "quakes.bin"],
    [withGzip(jsonSerializer()), "a".repeat(10_000), "quakes.json.gz"],
    [withGzip(withGzip(superjsonSerializer())), new Map([[1n, undefined]]), "quakes.superjson.gz.gz"],
  ])("round-trips a value with $name", async (serializer, value, key) => {
    const store = new MemoryStore();
    const handler = new SerializedIOHandler({ store, serializer });
    const context = output();
    await handler.handleOutput(context, value);
    expect(context.outputMetadata["path"]).toEqual({ kind: "Text", value: key });
    expect(context.outputMetadata["serializer"]).toEqual({ kind: "Text", value: serializer.name });
    expect(context.outputMetadata["size_bytes"]).toMatchObject({ value: (await store.head(key)).size });
    expect(await handler.loadInput(input())).toEqual(value);
    expect(await serializer.decode(await serializer.encode(value))).toEqual(value);
  });

  it("takes the digest of the bytes before compression", async () => {
    const versionOf = async (serializer: Serializer): Promise<string | undefined> => {
      const store = new MemoryStore();
      await new SerializedIOHandler({ store, serializer }).handleOutput(output(), [1, 2, 3]);
      for await (const { key } of store.list()) return (await store.head(key)).metadata["content-digest"];
      return undefined;
    };
    const expected = await digestOf(await jsonSerializer().encode([1, 2, 3]));
    expect(await versionOf(jsonSerializer())).toBe(expected);
    expect(await versionOf(withGzip(jsonSerializer()))).toBe(expected);
  });

  it("refuses a value that another serializer wrote and names both", async () => {
    const store = new MemoryStore();
    const json: Serializer = { ...jsonSerializer(), extension: "superjson" };
    await new SerializedIOHandler({ store, serializer: json }).handleOutput(output(), [1]);
    await expect(new SuperJsonIOHandler({ store }).loadInput(input())).rejects.toMatchObject({
      code: "SerializationError",
      asset: "quakes",
      message: expect.stringMatching(/with the serializer "superjson": it was written by "json"/),
    });
  });

  it("refuses a value by its recorded serializer alone", async () => {
    const upstream = { dataVersion: "v", metadata: { serializer: { kind: "Text", value: "json" } } } as const;
    const context = new InputContext({ assetName: "quakes", downstreamAsset: "strong", upstream });
    await expect(new SuperJsonIOHandler({ store: new MemoryStore() }).loadInput(context)).rejects.toMatchObject({
      code: "SerializationError",
    });
  });

  it("throws SerializationError for damaged gzip", async () => {
    const store = new MemoryStore();
    const serializer = withGzip(jsonSerializer());
    await store.put("quakes.json.gz", (await serializer.encode([1])).slice(0, 10));
    await expect(new SerializedIOHandler({ store, serializer }).loadInput(input())).rejects.toMatchObject({
      code: "SerializationError",
      asset: "quakes",
      key: "quakes.json.gz",
    });
  });

  it("round-trips the classes that a SuperJsonIOHandler is given", async () => {
    class Point {
      x = 1;
    }
    const handler = new SuperJsonIOHandler({ store: new MemoryStore(), classes: { Point } });
    await handler.handleOutput(output(), new Point());
    expect(await handler.loadInput(input())).toBeInstanceOf(Point);
  });
});

describe("a serializer", () => {
  it.each<[string, Serializer, unknown]>([
    ["a date in JSON", jsonSerializer(), { at: new Date(0) }],
    ["undefined in JSON", jsonSerializer(), { a: undefined }],
    ["NaN in JSON", jsonSerializer(), [Number.NaN]],
    ["a lone surrogate in text", textSerializer(), "\ud800"],
    ["a number as text", textSerializer(), 1],
    ["a string as bytes", bytesSerializer(), "text"],
  ])("refuses %s", (_, serializer, value) => {
    expect(() => serializer.encode(value)).toThrow(expect.objectContaining({ code: "SerializationError" }));
  });

  it.each([jsonSerializer(), textSerializer()])("$name refuses bytes that are not UTF-8", ({ decode }) => {
    expect(() => decode(new Uint8Array([0xff]))).toThrow(expect.objectContaining({ code: "SerializationError" }));
  });
});
