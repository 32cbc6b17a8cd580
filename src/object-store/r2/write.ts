import { bytesOf, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import { unlessAborted } from "../client/aborted.ts";
import { partsOf } from "../client/multipart.ts";
import { type Attempt, type ObjectState, writeExactlyOnce } from "../conditional-write/conditional-write.ts";
import { LineageCache } from "../conditional-write/lineage-cache.ts";
import type { PutMode, PutResult, StreamBody } from "../types.ts";
import { noncesName } from "./attributes.ts";
import type { R2Attributes, R2BucketBinding, R2Conditions, R2Object, R2UploadBinding, R2UploadedPart } from "./binding.ts";
import { failureOf, perform } from "./errors.ts";
import type { R2StoreOptions } from "./options.ts";
import { uploadParts } from "./upload.ts";

const smallestPart = 5 * 2 ** 20;

/** What one `put` of the binding takes. Its length is known. */
type Content = Uint8Array<ArrayBuffer> | Blob | ReadableStream;

/** The writes of a bucket: in one call where the length is known, otherwise in parts. */
export class Writer {
  readonly #bucket: R2BucketBinding;
  readonly #options: R2StoreOptions;
  readonly #lineages: LineageCache = new LineageCache();

  constructor(bucket: R2BucketBinding, options: R2StoreOptions) {
    this.#bucket = bucket;
    this.#options = options;
  }

  /** Takes notice of an object that was read, whose replacement then needs no look at it. */
  remember({ key, httpEtag, customMetadata }: R2Object): void {
    this.#lineages.remember(key, httpEtag, customMetadata?.[noncesName] ?? null);
  }

  async write(call: Call, body: StreamBody, mode: PutMode, attributes: R2Attributes): Promise<PutResult> {
    if (!isBuffered(body) && !(body instanceof Blob)) return this.#writeParts(call, body, mode, attributes);
    const content = isBuffered(body) ? bytesOf(body) : body;
    return this.writeWhole(call, async () => content, mode, attributes);
  }

  /** @param content is asked for anew for every attempt */
  async writeWhole(call: Call, content: () => Promise<Content>, mode: PutMode, attributes: R2Attributes): Promise<PutResult> {
    const { key } = call;
    if (mode === "overwrite") {
      const put = async (): Promise<R2Object | null> => this.#bucket.put(key, await content(), attributes);
      const written = await perform(call, this.#options.retry, put);
      this.#lineages.remember(key, written?.httpEtag, null);
      return { etag: written?.httpEtag };
    }
    const onlyIf = conditionsOf(mode);
    return writeExactlyOnce({
      ...this.#target(call, mode, attributes),
      attempt: async (nonces) => {
        const body = await content();
        return this.#attempt(call, () => this.#bucket.put(key, body, { ...withNonces(attributes, nonces), onlyIf }));
      },
    });
  }

  /**
   * A stream: in one call when it fits into one part, otherwise in parts of equal size. R2 takes no condition with
   * those, so it is checked just before they are published; a write that comes in between is replaced.
   */
  async #writeParts(call: Call, body: ReadableStream<Uint8Array>, mode: PutMode, attributes: R2Attributes): Promise<PutResult> {
    const { partSize = smallestPart, concurrency = 4, retry } = this.#options;
    const stop = new AbortController();
    const inner = { ...call, signal: call.signal ? AbortSignal.any([call.signal, stop.signal]) : stop.signal };
    const parts = partsOf(body, partSize, inner) as AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;
    const first = (await parts.next()).value ?? new Uint8Array();
    const second = (await parts.next()).value;
    if (!second) return this.writeWhole(call, async () => first, mode, attributes);
    const all = (async function* () {
      yield* [first, second];
      yield* parts;
    })();
    let upload: R2UploadBinding | undefined;
    let sent: R2UploadedPart[] = [];
    try {
      return await writeExactlyOnce({
        ...this.#target(call, mode, attributes),
        attempt: async (nonces) => {
          if (mode !== "overwrite" && upload === undefined && !(await this.#holds(call, mode))) return { outcome: "refused" };
          if (upload === undefined) {
            const begin = () => this.#bucket.createMultipartUpload(call.key, withNonces(attributes, nonces));
            const begun = await perform(call, retry, begin);
            upload = begun;
            sent = await uploadParts(begun, all, inner, { concurrency, retry, stop: () => stop.abort() });
          }
          if (mode !== "overwrite" && !(await this.#holds(call, mode))) return { outcome: "refused" };
          const whole = upload;
          return this.#attempt(call, () => whole.complete(sent));
        },
      });
    } catch (error) {
      await parts.return();
      // What cannot be reached is left to the bucket's lifecycle rules.
      await upload?.abort().catch(() => undefined);
      throw error;
    }
  }

  /** Whether a multipart write's condition holds now. */
  async #holds(call: Call, mode: PutMode): Promise<boolean> {
    return (await this.#look(call))?.etag === (typeof mode === "string" ? undefined : mode.ifMatch);
  }

  /** Tries once to write. */
  async #attempt(call: Call, write: () => Promise<R2Object | null>): Promise<Attempt> {
    const { store, key, signal } = call;
    try {
      const written = await unlessAborted(write(), signal, { store, key });
      return written === null ? { outcome: "refused" } : { outcome: "written", etag: written.httpEtag };
    } catch (cause) {
      const { error, busy, isTransient } = failureOf(call, cause);
      if (busy !== undefined) return { outcome: "busy", error, retryAfterMs: busy };
      if (isTransient) return { outcome: "unclear", error, mayFollow: true };
      throw error;
    }
  }

  /** What is under a key that was written to. R2 tells no time of its own, so an object's age is not certain. */
  async #look(call: Call): Promise<ObjectState | undefined> {
    const found = await perform(call, this.#options.retry, () => this.#bucket.head(call.key));
    return found === null ? undefined : { etag: found.httpEtag, lineage: found.customMetadata?.[noncesName] ?? null };
  }

  #target(call: Call, mode: PutMode, { customMetadata = {} }: R2Attributes) {
    const entries = Object.keys(customMetadata).length;
    return {
      call,
      mode,
      metadataCount: entries,
      readState: () => this.#look(call),
      lineages: this.#lineages,
      retry: this.#options.retry,
    } as const;
  }
}

/** R2's name for an etag is the etag without its quotes. What is none, R2's wildcard among it, becomes one that no object has. */
export function bareEtag(etag: string): string {
  return /^"([^"*]+)"$/.exec(etag)?.[1] ?? "none";
}

function conditionsOf(mode: Exclude<PutMode, "overwrite">): R2Conditions {
  return mode === "create" ? { etagDoesNotMatch: "*" } : { etagMatches: bareEtag(mode.ifMatch) };
}

function withNonces({ customMetadata, ...attributes }: R2Attributes, nonces: string): R2Attributes {
  return { ...attributes, customMetadata: { ...customMetadata, [noncesName]: nonces } };
}
