import type { Call } from "../call.ts";
import { encodeSegment } from "../transport/encode.ts";
import type { Attempt } from "../transport/fate.ts";
import { needed } from "../transport/meta.ts";
import { freshNonce } from "../transport/nonces.ts";
import { inParallel } from "../transport/parallel.ts";
import type { AzureClient } from "./client.ts";

/**
 * Blocks of an object that is still to be: nothing of them is to be seen before they are committed. There is nothing to
 * give up either: Azure drops what is not committed with the next write under the key, or after a week.
 */
export class Blocks {
  readonly #client: AzureClient;
  readonly #call: Call;
  readonly #path: string;
  /** Blocks of several uploads lie beside each other under one key; all of their names must be of one length. */
  readonly #upload: string = freshNonce().slice(0, 20);
  #count = 0;

  constructor(client: AzureClient, call: Call, path: string) {
    this.#client = client;
    this.#call = call;
    this.#path = path;
  }

  /** Sends the blocks, several at once; calls `stop` with the first that fails. */
  async send(parts: AsyncIterable<Blob | Uint8Array<ArrayBuffer>>, concurrency: number, stop: () => void): Promise<void> {
    const upload = this;
    const numbered = (async function* () {
      for await (const body of parts) yield { id: upload.#idOf(upload.#count++), body };
    })();
    const sendBlock = async ({ id, body }: { id: string; body: Blob | Uint8Array<ArrayBuffer> }): Promise<void> => {
      await this.#client.request(this.#call, { method: "PUT", path: `${this.#path}?comp=block&blockid=${encodeSegment(id)}`, body });
    };
    await inParallel(numbered, concurrency, sendBlock, stop);
  }

  /** Tries once to publish the blocks as the object, in their order. */
  commit(headers: Record<string, string>): Promise<Attempt> {
    const ids = Array.from({ length: this.#count }, (_, index) => `<Uncommitted>${this.#idOf(index)}</Uncommitted>`);
    const body = new TextEncoder().encode(`<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.join("")}</BlockList>`);
    const call = this.#call;
    const request = { method: "PUT", path: `${this.#path}?comp=blocklist`, headers, body } as const;
    return this.#client.attempt(call, request, async (response) => ({ outcome: "written", etag: needed(call, response, "etag") }));
  }

  #idOf(index: number): string {
    return btoa(`${this.#upload}-${String(index).padStart(5, "0")}`);
  }
}
