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
  ])("keeps values under $name", async (serializer, value, key) => {
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

  it("names compressed content by the digest of what was compressed", async () => {
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

  it("refuses what another serializer wrote, by the names of both", async () => {
    const store = new MemoryStore();
    const json: Serializer = { ...jsonSerializer(), extension: "superjson" };
    await new SerializedIOHandler({ store, serializer: json }).handleOutput(output(), [1]);
    await expect(new SuperJsonIOHandler({ store }).loadInput(input())).rejects.toMatchObject({
      code: "SerializationError",
      asset: "quakes",
      message: expect.stringMatching(/written by the serializer "json" and is read by "superjson"/),
    });
  });

  it("refuses it by the record alone, where the key differs too", async () => {
    const upstream = { dataVersion: "v", metadata: { serializer: { kind: "Text", value: "json" } } } as const;
    const context = new InputContext({ assetName: "quakes", downstreamAsset: "strong", upstream });
    await expect(new SuperJsonIOHandler({ store: new MemoryStore() }).loadInput(context)).rejects.toMatchObject({
      code: "SerializationError",
    });
  });

  it("reads damaged gzip as what it is", async () => {
    const store = new MemoryStore();
    const serializer = withGzip(jsonSerializer());
    await store.put("quakes.json.gz", (await serializer.encode([1])).slice(0, 10));
    await expect(new SerializedIOHandler({ store, serializer }).loadInput(input())).rejects.toMatchObject({
      code: "SerializationError",
      asset: "quakes",
      key: "quakes.json.gz",
    });
  });

  it("keeps the classes that a SuperJsonIOHandler is given", async () => {
    class Point {
      x = 1;
    }
    const handler = new SuperJsonIOHandler({ store: new MemoryStore(), classes: { Point } });
    await handler.handleOutput(output(), new Point());
    expect(await handler.loadInput(input())).toBeInstanceOf(Point);
  });
});

describe("what a serializer refuses", () => {
  it.each<[string, Serializer, unknown]>([
    ["JSON a date", jsonSerializer(), { at: new Date(0) }],
    ["JSON undefined in an object", jsonSerializer(), { a: undefined }],
    ["JSON NaN", jsonSerializer(), [Number.NaN]],
    ["text half a surrogate pair", textSerializer(), "\ud800"],
    ["text a number", textSerializer(), 1],
    ["bytes a string", bytesSerializer(), "text"],
  ])("%s", (_, serializer, value) => {
    expect(() => serializer.encode(value)).toThrow(expect.objectContaining({ code: "SerializationError" }));
  });

  it.each([jsonSerializer(), textSerializer()])("$name bytes that are not UTF-8", ({ decode }) => {
    expect(() => decode(new Uint8Array([0xff]))).toThrow(expect.objectContaining({ code: "SerializationError" }));
  });
});
