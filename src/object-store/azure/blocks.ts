import { encodeSegment } from "../../encoding/percent.ts";
import type { Call } from "../call.ts";
import { pathOf } from "../client/cloud.ts";
import { inParallel } from "../client/parallel.ts";
import { partsOf } from "../client/parts.ts";
import { writeOnceIn } from "../conditional-write/conditional.ts";
import { freshNonce } from "../conditional-write/lineage.ts";
import type { PutMode, PutResult } from "../types.ts";
import { attemptAt } from "./attempt.ts";
import type { AzureClient } from "./client.ts";

type Part = Blob | Uint8Array<ArrayBuffer>;

const mostBlocks = 50_000;

/**
 * Writes a body of unknown length: as a whole when it fits into one block, otherwise in blocks of equal size, of which
 * nothing is to be seen before they are committed. There is nothing to give up either: Azure drops what is not committed
 * with the next write under the key, or after a week.
 */
export async function putBlocks(
  client: AzureClient,
  call: Call,
  body: Blob | ReadableStream<Uint8Array>,
  mode: PutMode,
  attributes: Record<string, string>,
  putWhole: (part: Part) => Promise<PutResult>,
): Promise<PutResult> {
  const { blockSize = 8 * 2 ** 20, concurrency = 4 } = client.transport;
  const size = body instanceof Blob ? Math.max(blockSize, Math.ceil(body.size / mostBlocks)) : blockSize;
  const stop = new AbortController();
  const inner = { ...call, signal: call.signal ? AbortSignal.any([call.signal, stop.signal]) : stop.signal };
  const parts = partsOf(body, size, inner);
  const first = await parts.next();
  const second = await parts.next();
  if (first.done || second.done) return putWhole(first.value ?? new Blob());
  // Blocks of several uploads lie beside each other under one key, and all of their names must be of one length.
  const upload = freshNonce();
  const ids: string[] = [];
  const blocks = (async function* () {
    const named = (body: Part): { readonly id: string; readonly body: Part } => {
      const id = btoa(`${upload}-${String(ids.length).padStart(5, "0")}`);
      ids.push(id);
      return { id, body };
    };
    yield* [named(first.value), named(second.value)];
    for await (const part of parts) yield named(part);
  })();
  const path = pathOf(call.key);
  const sendBlock = async ({ id, body }: { id: string; body: Part }): Promise<void> => {
    await client.request(inner, { method: "PUT", path: `${path}?comp=block&blockid=${encodeSegment(id)}`, body });
  };
  await inParallel(blocks, concurrency, sendBlock, () => stop.abort());
  const list = `<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.map((id) => `<Uncommitted>${id}</Uncommitted>`).join("")}</BlockList>`;
  const committed = new TextEncoder().encode(list);
  return writeOnceIn(client, call, mode, attributes, (headers) =>
    attemptAt(client, call, mode, { method: "PUT", path: `${path}?comp=blocklist`, headers, body: committed }),
  );
}
