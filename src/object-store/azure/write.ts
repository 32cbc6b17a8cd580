import { isEdgewaterError } from "../../errors.ts";
import { bytesOf, isAtHand } from "../body.ts";
import type { Call } from "../call.ts";
import { type MetadataHeaders, noncesHeader } from "../transport/attributes.ts";
import { encodeKey } from "../transport/encode.ts";
import { type Attempt, type Seen, writeOnce } from "../transport/fate.ts";
import type { Histories } from "../transport/histories.ts";
import { needed } from "../transport/meta.ts";
import { partsOf } from "../transport/parts.ts";
import type { PutMode, PutResult, StreamBody } from "../types.ts";
import { Blocks } from "./blocks.ts";
import type { AzureClient } from "./client.ts";

/** What one request may carry: 5000 MiB. */
const largestRequest = 5000 * 2 ** 20;

const mostBlocks = 50_000;

/**
 * Names of metadata are identifiers of C#, and the same in capitals. Underscores are left out: Azure's signature sorts
 * names as a dictionary does, which differs from their bytes' order.
 */
export const metadataHeaders: MetadataHeaders = {
  prefix: "x-ms-meta-",
  names: /^[a-z][a-z0-9]*$/,
  defaultContentType: "application/octet-stream",
};

export interface WriterOptions {
  readonly blockSize?: number | undefined;
  readonly concurrency?: number | undefined;
}

/** The writes of a container: in one request where the length is known, otherwise in blocks. Either takes a condition. */
export class Writer {
  readonly #client: AzureClient;
  readonly #histories: Histories;
  readonly #options: WriterOptions;
  readonly #look: (call: Call) => Promise<Seen | undefined>;

  constructor(client: AzureClient, histories: Histories, options: WriterOptions, look: (call: Call) => Promise<Seen | undefined>) {
    this.#client = client;
    this.#histories = histories;
    this.#options = options;
    this.#look = look;
  }

  async write(call: Call, body: StreamBody, mode: PutMode, attributes: Record<string, string>): Promise<PutResult> {
    const headers = ownContentType(attributes);
    if (isAtHand(body)) return this.#writeWhole(call, bytesOf(body), mode, headers);
    // A slice has no type, which fetch would send as the content's.
    if (body instanceof Blob && body.size <= largestRequest) return this.#writeWhole(call, body.slice(), mode, headers);
    return this.#writeBlocks(call, body, mode, headers);
  }

  async #writeWhole(
    call: Call,
    body: Uint8Array<ArrayBuffer> | Blob,
    mode: PutMode,
    attributes: Record<string, string>,
  ): Promise<PutResult> {
    const path = `/${encodeKey(call.key)}`;
    const plain = { ...attributes, "x-ms-blob-type": "BlockBlob" };
    if (mode === "overwrite") {
      const response = await this.#client.request(call, { method: "PUT", path, headers: plain, body });
      const etag = needed(call, response, "etag");
      this.#histories.remember(call.key, etag, undefined);
      return { etag };
    }
    return this.#writeOnce(call, mode, async (own) =>
      this.#client.attempt(call, { method: "PUT", path, headers: { ...plain, ...own }, body }, async (response) => ({
        outcome: "written",
        etag: needed(call, response, "etag"),
      })),
    );
  }

  /** A body of unknown length: in one request when it fits into one block, otherwise in blocks of equal size. */
  async #writeBlocks(
    call: Call,
    body: Blob | ReadableStream<Uint8Array>,
    mode: PutMode,
    attributes: Record<string, string>,
  ): Promise<PutResult> {
    const { blockSize = 8 * 2 ** 20, concurrency = 4 } = this.#options;
    const size = body instanceof Blob ? Math.max(blockSize, Math.ceil(body.size / mostBlocks)) : blockSize;
    const stop = new AbortController();
    const inner = { ...call, signal: call.signal ? AbortSignal.any([call.signal, stop.signal]) : stop.signal };
    const parts = partsOf(body, size, inner);
    const first = (await parts.next()).value as Blob | Uint8Array<ArrayBuffer>;
    const second = (await parts.next()).value;
    if (!second) return this.#writeWhole(call, first, mode, attributes);
    const all = (async function* () {
      yield* [first, second];
      yield* parts;
    })();
    const blocks = new Blocks(this.#client, inner, `/${encodeKey(call.key)}`);
    try {
      await blocks.send(all, concurrency, () => stop.abort());
    } finally {
      await parts.return();
    }
    return this.#writeOnce(call, mode, (own) => commit(blocks, mode, { ...attributes, ...own }));
  }

  /** @param attempt tries once, with headers for the condition and for the nonces */
  #writeOnce(call: Call, mode: PutMode, attempt: (own: Record<string, string>) => Promise<Attempt>): Promise<PutResult> {
    return writeOnce({
      call,
      mode,
      histories: this.#histories,
      retry: this.#client.transport.retry,
      look: () => this.#look(call),
      attempt: (nonces) => attempt({ ...conditionOf(mode), [noncesHeader(metadataHeaders)]: nonces }),
    });
  }
}

/** Blocks are gone when another write came between, and with it the condition. */
async function commit(blocks: Blocks, mode: PutMode, headers: Record<string, string>): Promise<Attempt> {
  try {
    return await blocks.commit(headers);
  } catch (error) {
    if (mode === "overwrite" || !isEdgewaterError(error, "Unavailable") || !error.message.includes("InvalidBlockList")) throw error;
    return { outcome: "refused" };
  }
}

function conditionOf(mode: PutMode): Record<string, string> {
  if (mode === "overwrite") return {};
  return mode === "create" ? { "if-none-match": "*" } : { "if-match": mode.ifMatch };
}

/** The content's type has a header of its own, because that of a list of blocks is XML's. */
function ownContentType({ "content-type": type, ...others }: Record<string, string>): Record<string, string> {
  return type === undefined ? others : { ...others, "x-ms-blob-content-type": type };
}
