/** Streams: parts of equal size, bounded memory, and no upload left behind. */
import { AwsClient } from "aws4fetch";
import type { S3Store } from "edgewater/s3";
import { describe, expect, inject, it } from "vitest";
import { childrenOf, parseXml, textAt } from "../../../src/object-store/client/answer/xml.ts";
import { run } from "../../support/spawn.ts";
import { makeStore, watching } from "./store.ts";

const MiB = 2 ** 20;
const { bucket, endpoint, ...server } = inject("s3");

/** Chunks of odd sizes, each of one byte value. */
function streamOf(
  size: number,
  end: (controller: ReadableStreamDefaultController<Uint8Array>) => void | Promise<void> = (controller) => controller.close(),
): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const chunk = new Uint8Array(Math.min(777_777, size - sent)).fill(sent % 251);
      sent += chunk.byteLength;
      if (chunk.byteLength > 0) controller.enqueue(chunk);
      else await end(controller);
    },
  });
}

async function digest(stream: ReadableStream<Uint8Array>): Promise<string> {
  const bytes = await new Response(stream).arrayBuffer();
  return Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("hex");
}

/** Uploads that have begun and not ended. */
async function uploads(): Promise<string[]> {
  const response = await new AwsClient({ ...server, service: "s3" }).fetch(`${endpoint}/${bucket}?uploads=`);
  const answer = await response.text();
  expect(answer).toContain("ListMultipartUploadsResult");
  return childrenOf(parseXml(answer), "Upload").map((upload) => textAt(upload, "UploadId") ?? "");
}

/** A `fetch` that records the size of every part. */
function measuring(parts: number[]): typeof fetch {
  return async (input, init) => {
    if (String(input).includes("partNumber")) parts.push(new Blob([init?.body as Uint8Array<ArrayBuffer>]).size);
    return fetch(input, init);
  };
}

describe("S3Store on Ceph", () => {
  it("writes a stream in parts of equal size, with its attributes, and reads it back", async () => {
    const parts: number[] = [];
    const store = makeStore({ fetch: measuring(parts) });
    const attributes = { contentType: "application/x-stream", metadata: { a: "b", größe: "" } };
    const { etag } = await store.put("parts/whole", streamOf(17 * MiB + 3), attributes);
    expect(parts.sort((left, right) => right - left)).toEqual([5 * MiB, 5 * MiB, 5 * MiB, 2 * MiB + 3]);
    expect(await store.head("parts/whole")).toMatchObject({ ...attributes, etag, size: 17 * MiB + 3 });
    const object = await store.get("parts/whole");
    expect(await digest(object.stream())).toBe(await digest(streamOf(17 * MiB + 3)));
    expect(await uploads()).toEqual([]);
  });

  it.each([5 * MiB, 5 * MiB - 1, 0, 10 * MiB])("writes a stream of %d bytes", async (size) => {
    const store = makeStore();
    await store.put("parts/edge", streamOf(size), { mode: "overwrite" });
    expect((await store.head("parts/edge")).size).toBe(size);
    expect(await digest((await store.get("parts/edge")).stream())).toBe(await digest(streamOf(size)));
  });

  it("writes a Blob of known length in one request, without its type", async () => {
    const requests: string[] = [];
    const store = makeStore({ fetch: watching(({ method }) => void requests.push(method)) });
    await store.put("parts/blob", new Blob([new Uint8Array(12 * MiB)], { type: "image/png" }), { mode: "create" });
    expect(requests).toEqual(["PUT"]);
    expect(await store.head("parts/blob")).toMatchObject({ size: 12 * MiB, contentType: undefined });
  });

  const failing: readonly [string, (store: () => S3Store) => Promise<unknown>, object][] = [
    [
      "its stream fails",
      (store) =>
        store().put(
          "parts/failed",
          streamOf(12 * MiB, (controller) => controller.error(new Error("dry"))),
        ),
      { code: "Unavailable", cause: { message: "dry" } },
    ],
    [
      "it is aborted",
      (store) => {
        const controller = new AbortController();
        const endless = streamOf(12 * MiB, () => controller.abort("enough"));
        return store().put("parts/failed", endless, { signal: controller.signal });
      },
      { code: "Aborted", cause: "enough" },
    ],
    [
      "a part is refused",
      () => {
        const refuse = ({ url }: Request): Response | undefined =>
          url.includes("partNumber=2") ? new Response("<Error><Code>AccessDenied</Code></Error>", { status: 403 }) : undefined;
        return makeStore({ fetch: watching(refuse) }).put("parts/failed", streamOf(22 * MiB));
      },
      { code: "PermissionDenied" },
    ],
  ];
  it.each(failing)("leaves the old object and no upload when %s", async (_, put, error) => {
    await makeStore().put("parts/failed", "old");
    await expect(put(makeStore)).rejects.toMatchObject(error);
    expect(await (await makeStore().get("parts/failed")).text()).toBe("old");
    expect(await uploads()).toEqual([]);
  });

  it("checks the condition just before it completes the upload", async () => {
    const store = makeStore();
    const { etag = "" } = await store.put("parts/condition", "first");
    const second = await store.put("parts/condition", streamOf(11 * MiB), { mode: { ifMatch: etag } });
    expect((await store.head("parts/condition")).etag).toBe(second.etag);
    const overtaken = streamOf(11 * MiB, async (controller) => {
      await store.put("parts/condition", "third");
      controller.close();
    });
    const refused = store.put("parts/condition", overtaken, { mode: { ifMatch: second.etag ?? "" } });
    await expect(refused).rejects.toMatchObject({ code: "PreconditionFailed" });
    await expect(store.put("parts/condition", streamOf(11 * MiB), { mode: "create" })).rejects.toMatchObject({ code: "AlreadyExists" });
    expect(await (await store.get("parts/condition")).text()).toBe("third");
    expect(await uploads()).toEqual([]);
  });

  it.each([
    ["an error", () => new Response("<Error><Code>InternalError</Code></Error>", { status: 500 })],
    ["an error with status 200", () => new Response("<Error><Code>InternalError</Code></Error>")],
    ["no answer", () => Promise.reject(new TypeError("reset"))],
  ])("recognises a completed upload when the answer was %s", async (_, answer) => {
    let completed = 0;
    const store = makeStore({
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        return init?.method === "POST" && String(input).includes("uploadId") && ++completed === 1 ? answer() : response;
      },
    });
    const { etag } = await store.put("parts/lost", streamOf(11 * MiB));
    expect(await store.head("parts/lost")).toMatchObject({ etag, size: 11 * MiB });
    expect(completed).toBe(1);
    expect(await uploads()).toEqual([]);
  });

  it("streams 128 MB in each direction in less than 64 MB of memory", async () => {
    const script = ["--conditions=edgewater-source", "--expose-gc", "test/services/ceph/memory.ts"];
    const target = JSON.stringify({ endpoint, bucket, ...server });
    const [put, get] = JSON.parse(await run(process.execPath, [...script, target, "held", "128000000"]));
    expect(put).toBeLessThan(64_000);
    expect(get).toBeLessThan(64_000);
  });
});
