/** The bytes of values: over HTTP, who gets them, and the rows at their beginning. */
import { asset, BaseIOHandler, EdgewaterError, InMemoryIOHandler, input, MemoryStore, Repository, SuperJsonIOHandler } from "edgewater";
import { inspect } from "edgewater/inspector";
import { superjsonSerializer, withGzip } from "edgewater/serializer";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { readFirstRows } from "../../../src/inspector/first-rows.ts";
import { serveInspection } from "../../../src/inspector/server/handler.ts";
import type { InspectorOptions, InspectorQuestion } from "../../../src/inspector/server/options.ts";
import { story } from "../../support/inspection/story.ts";

const url = "http://inspector.test/api/assets/quakes/bytes";
const all: InspectorOptions = { authorize: () => true, values: "preview", actions: ["export"] };
const get = (options: InspectorOptions, path = url, inner = story()) => serveInspection(inner, options)(new Request(path));

describe("bytes of a value over HTTP", () => {
  it("are a file that no browser shows, whatever its name", async () => {
    const inner = { ...story(), bytes: async () => ({ name: `a"b; é\r\n.html`, stream: new Blob(["<script>"]).stream() }) };
    const response = await get(all, url, inner);
    expect(await response.text()).toBe("<script>");
    expect(response.headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''a%22b%3B%20%C3%A9%0D%0A.html");
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it("need the right to values and the right to export, of this asset too", async () => {
    const codeOf = async (options: InspectorOptions): Promise<unknown> => {
      const response = await get(options);
      return response.ok ? "ok" : ((await response.json()) as { readonly error: { readonly code: string } }).error.code;
    };
    expect(await codeOf({ ...all, values: "none" })).toBe("PermissionDenied");
    expect(await codeOf({ ...all, actions: ["materialize"] })).toBe("PermissionDenied");
    const refuses = (refused: InspectorQuestion["action"]): InspectorOptions => ({
      ...all,
      authorize: (_, { action, asset: name }) => !(action === refused && name === "quakes"),
    });
    expect(await codeOf(refuses("values"))).toBe("PermissionDenied");
    expect(await codeOf(refuses("export"))).toBe("PermissionDenied");
    expect(await codeOf(refuses("view"))).toBe("NotFound");
    expect(await codeOf(all)).toBe("ok");
    const canOf = async (options: InspectorOptions) =>
      ((await (await get(options, "http://inspector.test/api/snapshot")).json()) as { readonly can: object }).can;
    expect(await canOf(all)).toMatchObject({ bytes: true });
    expect(await canOf({ ...all, actions: [] })).not.toHaveProperty("bytes");
  });
});

describe("bytes of a value", () => {
  it("are given also when they are damaged, and refused for a value that is in no store", async () => {
    const store = new MemoryStore();
    const kept = asset({ name: "kept" }, () => [1, 2]);
    const loose = asset({ name: "loose", ioHandler: new InMemoryIOHandler() }, () => 1);
    await using repository = await Repository.open({ assets: [kept, loose], ioHandler: new SuperJsonIOHandler({ store }) });
    await repository.materialize();
    await store.put("kept.superjson", new TextEncoder().encode("<b>damaged"));
    const inspection = inspect(repository);
    expect(await inspection.preview("kept")).toMatchObject({ kind: "refused" });
    expect(await new Response((await inspection.bytes("kept")).stream).text()).toBe("<b>damaged");
    await expect(inspection.bytes("loose")).rejects.toMatchObject({ code: "NotSupported" });
    await inspection.close();
  });
});

describe("the first rows of bytes", () => {
  const rows = Array.from({ length: 50 }, (_, index) => ({
    at: new Date(index),
    text: `a "quoted" [${index}] \\ {é`,
    nested: [[index], {}],
  }));
  const asTexts = (count: number): unknown => JSON.parse(JSON.stringify(rows.slice(0, count)));
  const inPieces = (bytes: Uint8Array, size: number): ReadableStream<Uint8Array> => {
    let from = 0;
    return new ReadableStream({
      pull: (controller) => {
        if (from >= bytes.length) return controller.close();
        controller.enqueue(bytes.subarray(from, from + size));
        from += size;
      },
    });
  };

  it.each([1, 3, 1000])("are read from superjson and gzip that comes in pieces of %i bytes", async (size) => {
    const plain = superjsonSerializer();
    for (const serializer of [plain, withGzip(plain)]) {
      const bytes = (await serializer.encode(rows)) as Uint8Array;
      const read = (most: number, limit = 1e6) => readFirstRows(inPieces(bytes, size), { rows: most, bytes: limit });
      expect(await read(7)).toEqual({ rows: asTexts(7), isCut: true });
      expect(await read(50)).toEqual({ rows: asTexts(50), isCut: false });
      expect(await read(80)).toEqual({ rows: asTexts(50), isCut: false });
    }
  });

  it("are as many as the limit of bytes has room for, and none of what is no array", async () => {
    const of = (text: string, bytes = 1e6) => readFirstRows(new Blob([text]).stream(), { rows: 10, bytes });
    expect(await of("[1, 22, 333]", 8)).toEqual({ rows: [1, 22], isCut: true });
    expect(await of(" [ [] , {} ] ")).toEqual({ rows: [[], {}], isCut: false });
    for (const text of ["", "[]", "{}", '{"json":{"a":[1]}}', "[1 2]", "[x]", "PNG", " ".repeat(200)])
      expect(await of(text), text).toBe(undefined);
  });
});

describe("the place of a failure", () => {
  it("is the row of the input that its type hint refuses, and is left out for who may not see it", async () => {
    const quakes = asset({ name: "quakes" }, () => [{ felt: 1 }, { felt: 2 }, { felt: null }]);
    const hint = v.array(v.object({ felt: v.number() }));
    const alerts = asset({ name: "alerts", inputs: { quakes: input(quakes, { typeHint: hint }) } }, () => 1);
    const own = asset({ name: "own", typeHint: hint }, () => [{ felt: "" }] as never);
    await using repository = await Repository.open({
      assets: [quakes, alerts, own],
      ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }),
    });
    const { runId } = await repository.materialize({ raiseOnError: false });
    const inspection = inspect(repository);
    const { failures } = await inspection.run(runId);
    expect(Object.fromEntries(failures.map(({ asset: name, place }) => [name, place]))).toEqual({
      alerts: { asset: "quakes", row: 2 },
      own: undefined,
    });
    const options: InspectorOptions = { authorize: (_, { asset: name }) => name !== "quakes" };
    const response = await serveInspection(inspection, options)(new Request(`http://inspector.test/api/runs/${runId}`));
    expect(await response.text()).not.toMatch(/quakes|\$\[2\]/);
    await inspection.close();
  });

  it("tells how much room there was", async () => {
    class FullIOHandler extends BaseIOHandler {
      async handleOutput(): Promise<void> {
        throw new EdgewaterError("QuotaExceeded", "no room", { quota: { needed: 3112, free: 0.5, total: 40_000_000 } });
      }
      loadInput(): unknown {
        return undefined;
      }
    }
    const full = asset({ name: "full", ioHandler: new FullIOHandler() }, () => 1);
    await using repository = await Repository.open({ assets: [full] });
    const { runId } = await repository.materialize({ raiseOnError: false });
    const inspection = inspect(repository);
    expect((await inspection.run(runId)).failures[0]?.failure).toMatchObject({ quota: { needed: 3112, free: 0, total: 40_000_000 } });
    await inspection.close();
  });
});
