import { bytesOf, isAtHand } from "../body.ts";
import type { Call } from "../call.ts";
import { countEntries, type MetadataHeaders, noncesHeader } from "../transport/attributes.ts";
import { encodeKey } from "../transport/encode.ts";
import { type Attempt, type Seen, writeOnce } from "../transport/fate.ts";
import type { Histories } from "../transport/histories.ts";
import { needed } from "../transport/meta.ts";
import { begun, freshNonce, writeHistory } from "../transport/nonces.ts";
import { partsOf } from "../transport/parts.ts";
import type { PutMode, PutResult, StreamBody } from "../types.ts";
import type { S3Client } from "./client.ts";
import { Upload } from "./upload.ts";

/** What one request may carry. */
const largestRequest = 5 * 2 ** 30;

/** S3 takes no smaller part than this, except for the last. */
const smallestPart = 5 * 2 ** 20;

const mostParts = 10_000;

export const metadataHeaders: MetadataHeaders = {
  prefix: "x-amz-meta-",
  names: /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
  defaultContentType: "binary/octet-stream",
};

export interface WriterOptions {
  readonly partSize?: number | undefined;
  readonly concurrency?: number | undefined;
  /** Whether the server is AWS's own, whose ways are known. */
  readonly isAWS: boolean;
}

/** The writes of a bucket: in one request where the length is known, otherwise in parts. */
export class Writer {
  readonly #client: S3Client;
  readonly #histories: Histories;
  readonly #options: WriterOptions;
  readonly #look: (call: Call) => Promise<Seen | undefined>;
  /** Ceph compares If-Match with an etag that has no quotes; the standard wants them. Undefined until one has worked. */
  #isQuoted: boolean | undefined;

  constructor(client: S3Client, histories: Histories, options: WriterOptions, look: (call: Call) => Promise<Seen | undefined>) {
    this.#client = client;
    this.#histories = histories;
    this.#options = options;
    this.#look = look;
    if (options.isAWS) this.#isQuoted = true;
  }

  async write(call: Call, body: StreamBody, mode: PutMode, headers: Record<string, string>): Promise<PutResult> {
    if (isAtHand(body)) return this.#writeWhole(call, bytesOf(body), mode, headers);
    if (body instanceof Blob && body.size <= largestRequest) return this.#writeWhole(call, body.slice(), mode, headers);
    return this.#writeParts(call, body, mode, headers);
  }

  async #writeWhole(
    call: Call,
    body: Uint8Array<ArrayBuffer> | Blob,
    mode: PutMode,
    attributes: Record<string, string>,
  ): Promise<PutResult> {
    const path = `/${encodeKey(call.key)}`;
    const entries = countEntries(Object.entries(attributes), metadataHeaders);
    if (mode === "overwrite") {
      const history = entries === 0 ? undefined : begun(freshNonce(), false);
      const headers = history ? { ...attributes, [noncesHeader(metadataHeaders)]: writeHistory(call.key, history, entries) } : attributes;
      const response = await this.#client.request(call, { method: "PUT", path, headers, body });
      const etag = needed(call, response, "etag");
      this.#histories.remember(call.key, etag, history);
      return { etag };
    }
    let isQuoted = this.#isQuoted ?? true;
    let isRefused = false;
    return writeOnce({
      ...this.#target(call, mode, attributes),
      look: async () => {
        const seen = await this.#look(call);
        // A refusal although the etag is the one that is expected: the other form may be understood.
        if (isRefused && this.#isQuoted === undefined && seen?.etag === expectedOf(mode)) isQuoted = !isQuoted;
        return seen;
      },
      attempt: async (nonces) => {
        const headers = { ...attributes, ...conditionOf(mode, isQuoted), [noncesHeader(metadataHeaders)]: nonces };
        const attempt = await this.#client.attempt(call, { method: "PUT", path, headers, body }, async (response): Promise<Attempt> => {
          if (mode !== "create") this.#isQuoted = isQuoted;
          return { outcome: "written", etag: needed(call, response, "etag") };
        });
        isRefused = attempt.outcome === "refused";
        return attempt;
      },
    });
  }

  /**
   * A body of unknown length: in one request when it fits into one part, otherwise in parts of equal size. S3 takes no
   * condition with those everywhere, so it is checked just before they are published; a write that comes in between is
   * replaced.
   */
  async #writeParts(
    call: Call,
    body: Blob | ReadableStream<Uint8Array>,
    mode: PutMode,
    attributes: Record<string, string>,
  ): Promise<PutResult> {
    const { partSize = smallestPart, concurrency = 4, isAWS } = this.#options;
    const size = body instanceof Blob ? Math.max(partSize, Math.ceil(body.size / mostParts)) : partSize;
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
    const path = `/${encodeKey(call.key)}`;
    let upload: Upload | undefined;
    try {
      return await writeOnce({
        ...this.#target(call, mode, attributes),
        look: () => this.#look(call),
        attempt: async (nonces) => {
          if (upload === undefined) {
            const headers = { ...attributes, [noncesHeader(metadataHeaders)]: nonces };
            upload = await Upload.begin(this.#client, inner, path, headers);
            await upload.send(all, concurrency, () => stop.abort());
          }
          if (mode !== "overwrite" && (await this.#look(call))?.etag !== expectedOf(mode)) return { outcome: "refused" };
          return upload.complete(isAWS ? conditionOf(mode, true) : {});
        },
      });
    } catch (error) {
      await parts.return();
      await upload?.abort();
      throw error;
    }
  }

  #target(call: Call, mode: PutMode, attributes: Record<string, string>) {
    const entries = countEntries(Object.entries(attributes), metadataHeaders);
    return { call, mode, entries, histories: this.#histories, retry: this.#client.transport.retry } as const;
  }
}

/** The etag that a write expects to find, undefined for none. */
function expectedOf(mode: PutMode): string | undefined {
  return typeof mode === "string" ? undefined : mode.ifMatch;
}

function conditionOf(mode: PutMode, isQuoted: boolean): Record<string, string> {
  if (mode === "overwrite") return {};
  if (mode === "create") return { "if-none-match": "*" };
  return { "if-match": isQuoted ? mode.ifMatch : mode.ifMatch.replaceAll('"', "") };
}
