import { asset, BaseIOHandler, contentVersion, type InputContext, type OutputContext, Repository } from "edgewater";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/io-handler/data-version.ts";

const size = 1024 * 1024;

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 300_001) controller.enqueue(bytes.slice(at, at + 300_001));
      controller.close();
    },
  });
}

describe("contentVersion", () => {
  it.each([0, 1, size, size + 1, 3 * size])("is the digest of the built-in handlers, in every form, of %d bytes", async (length) => {
    const bytes = new Uint8Array(length).map((_, index) => index % 251);
    const expected = await digestOf(bytes);
    expect(await contentVersion(bytes)).toBe(expected);
    expect(await contentVersion(bytes.buffer)).toBe(expected);
    expect(await contentVersion(new Blob([bytes]))).toBe(expected);
    expect(await contentVersion(streamOf(bytes))).toBe(expected);
    expect(expected).toMatch(length > size ? /^sha256t:[0-9a-f]{64}$/ : /^sha256:[0-9a-f]{64}$/);
  });

  it("reads text as UTF-8", async () => expect(await contentVersion("grün")).toBe(await contentVersion(new TextEncoder().encode("grün"))));

  it("refuses any other value", () =>
    expect(contentVersion({} as never)).rejects.toMatchObject({
      code: "DefinitionError",
      message: expect.stringContaining("Invalid content of contentVersion: an object; expected a Uint8Array"),
    }));

  it("keeps what is downstream of an equal value up to date", async () => {
    const values = new Map<string, string>();
    class JsonHandler extends BaseIOHandler {
      async handleOutput(context: OutputContext, value: unknown): Promise<void> {
        const text = JSON.stringify(value);
        values.set(context.assetName, text);
        context.registerContentVersion(await contentVersion(text));
      }
      loadInput(context: InputContext): unknown {
        return JSON.parse(values.get(context.assetName) ?? "");
      }
    }
    const a = asset({ name: "a" }, () => [1, 2]);
    const b = asset({ name: "b", inputs: { a } }, ({ a }) => a.length);
    const repository = await Repository.open({ assets: [a, b], ioHandler: new JsonHandler() });
    await repository.materialize();
    await repository.materialize({ selection: [a] });
    expect((await repository.status()).map(({ status }) => status)).toEqual(["UpToDate", "UpToDate"]);
    await repository.close();
  });
});
