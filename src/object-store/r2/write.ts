import { orAborted } from "../../errors.ts";
import {
  aName,
  anyValue,
  checkOptions as checkKinds,
  checkNumber,
  checkValue,
  type OptionKinds,
  required,
  withMethods,
} from "../../options.ts";
import { checkRetryPolicy, type RetryPolicy } from "../../retry.ts";
import { bytesOf, isBuffered } from "../body.ts";
import type { Call } from "../call.ts";
import { putInParts } from "../client/multipart.ts";
import { type Attempt, type ObjectState, writeExactlyOnce } from "../conditional-write/conditional-write.ts";
import { LineageCache } from "../conditional-write/lineage-cache.ts";
import type { PutMode, PutResult, StreamBody } from "../types.ts";
import { lineageName } from "./attributes.ts";
import type { R2Attributes, R2BucketBinding, R2Conditions, R2Object, R2UploadBinding, R2UploadedPart } from "./binding.ts";
import { failureOf, perform } from "./errors.ts";

/** The limits of an upload in parts (R2 documentation, "Limits"). */
const smallestPart = 5 * 2 ** 20;
const largestPart = 5 * 2 ** 30;
const maxParts = 10_000;

/** Options of an {@link R2Store}. */
export interface R2StoreOptions {
  /** The name of the bucket, for the store's name, such as `R2Store(quakes)`: a binding does not report it. */
  readonly bucket?: string | undefined;
  /** When and how often failed calls are retried. */
  readonly retry?: RetryPolicy | undefined;
  /**
   * Bytes of every part of a stream's upload, which may have 10,000 parts. Default and minimum: 5 MiB. A stream that fits
   * into one part is written in one request.
   */
  readonly partSize?: number | undefined;
  /** How many parts are uploaded at once. Default: 4. */
  readonly concurrency?: number | undefined;
}

const kinds: OptionKinds<R2StoreOptions> = { bucket: aName, retry: anyValue, partSize: anyValue, concurrency: anyValue };
const binding = /* @__PURE__ */ required(/* @__PURE__ */ withMethods("an R2 binding of the Worker's env", "createMultipartUpload", "put"));

/** @throws `SettingsError` for a value that is not a binding, and for unknown options and values of a wrong type */
export function checkTypes(bucket: unknown, options: unknown): void {
  checkValue("R2Store", "bucket", bucket, binding);
  checkKinds("R2Store", options, kinds);
}

/** @throws `SettingsError` */
export function checkOptions(options: R2StoreOptions, store: string): void {
  const { retry, partSize, concurrency } = options;
  checkRetryPolicy(retry, store, "SettingsError");
  checkNumber(store, "partSize", partSize, { least: smallestPart, most: largestPart, unit: "bytes" });
  checkNumber(store, "concurrency", concurrency, { least: 1 });
}

/** A body that one `put` of the binding accepts. Its length is known. */
type Content = Uint8Array<ArrayBuffer> | Blob | ReadableStream;

/** The writes of a store: in one call if the length of the body is known, otherwise in parts. */
export class Writer {
  readonly #bucket: R2BucketBinding;
  readonly #options: R2StoreOptions;
  readonly #lineages: LineageCache = new LineageCache();

  constructor(bucket: R2BucketBinding, options: R2StoreOptions) {
    this.#bucket = bucket;
    this.#options = options;
  }

  /** Remembers the etag of an object that was read, so that a conditional write need not read it again. */
  remember({ key, httpEtag, customMetadata }: R2Object): void {
    this.#lineages.remember(key, httpEtag, customMetadata?.[lineageName] ?? null);
  }

  async write(call: Call, body: StreamBody, mode: PutMode, attributes: R2Attributes): Promise<PutResult> {
    if (!isBuffered(body) && !(body instanceof Blob)) return this.#writeParts(call, body, mode, attributes);
    const content = isBuffered(body) ? bytesOf(body) : body;
    return this.writeWhole(call, async () => content, mode, attributes);
  }

  /** @param content called for every attempt */
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
      attempt: async (lineage) => {
        const body = await content();
        return this.#attempt(call, () => this.#bucket.put(key, body, { ...withLineage(attributes, lineage), onlyIf }));
      },
    });
  }

  /**
   * Writes a stream: in one call if it fits into one part, otherwise in parts of equal size. R2 has no conditions for
   * uploads in parts, so the condition is checked just before the upload is completed. A write in between is overwritten.
   */
  async #writeParts(call: Call, body: ReadableStream<Uint8Array>, mode: PutMode, attributes: R2Attributes): Promise<PutResult> {
    const { partSize = smallestPart, concurrency = 4, retry } = this.#options;
    const putWhole = (whole: Uint8Array<ArrayBuffer>): Promise<PutResult> => this.writeWhole(call, async () => whole, mode, attributes);
    return putInParts(body, call, { partSize, maxParts, sizeOption: "partSize" }, putWhole, async (parts) => {
      let upload: R2UploadBinding | undefined;
      const sent: R2UploadedPart[] = [];
      try {
        return await writeExactlyOnce({
          ...this.#target(call, mode, attributes),
          attempt: async (lineage) => {
            if (mode !== "overwrite" && upload === undefined && !(await this.#holds(call, mode))) return { outcome: "refused" };
            if (upload === undefined) {
              const begun = await perform(call, retry, () =>
                this.#bucket.createMultipartUpload(call.key, withLineage(attributes, lineage)),
              );
              upload = begun;
              await parts.sendAll(concurrency, async (part, number) => {
                sent[number - 1] = await perform(parts.call, retry, () => begun.uploadPart(number, part));
              });
            }
            if (mode !== "overwrite" && !(await this.#holds(call, mode))) return { outcome: "refused" };
            const whole = upload;
            return this.#attempt(call, () => whole.complete(sent));
          },
        });
      } catch (error) {
        // If this fails, the bucket's lifecycle rules remove the upload.
        await upload?.abort().catch(() => undefined);
        throw error;
      }
    });
  }

  /** Returns whether the condition of an upload in parts holds now. */
  async #holds(call: Call, mode: PutMode): Promise<boolean> {
    return (await this.#readState(call))?.etag === (typeof mode === "string" ? undefined : mode.ifMatch);
  }

  /** Makes one attempt to write. */
  async #attempt(call: Call, write: () => Promise<R2Object | null>): Promise<Attempt> {
    const { store, key, signal } = call;
    try {
      const written = await orAborted(write(), signal, { store, key });
      return written === null ? { outcome: "refused" } : { outcome: "written", etag: written.httpEtag };
    } catch (cause) {
      const { error, isTransient, retryAfterMs } = failureOf(call, cause);
      if (retryAfterMs !== undefined) return { outcome: "busy", error, retryAfterMs };
      if (isTransient) return { outcome: "unclear", error, mayFollow: true };
      throw error;
    }
  }

  /** Reads the current object. R2 does not report its clock, so the age of the object is not certain. */
  async #readState(call: Call): Promise<ObjectState | undefined> {
    const found = await perform(call, this.#options.retry, () => this.#bucket.head(call.key));
    return found === null ? undefined : { etag: found.httpEtag, lineage: found.customMetadata?.[lineageName] ?? null };
  }

  #target(call: Call, mode: PutMode, { customMetadata = {} }: R2Attributes) {
    const entries = Object.keys(customMetadata).length;
    return {
      call,
      mode,
      metadataCount: entries,
      readState: () => this.#readState(call),
      lineages: this.#lineages,
      retry: this.#options.retry,
    } as const;
  }
}

/** The etag without its quotes, as R2 expects it. Anything else, such as R2's wildcard, becomes an etag that no object has. */
export function bareEtag(etag: string): string {
  return /^"([^"*]+)"$/.exec(etag)?.[1] ?? "none";
}

function conditionsOf(mode: Exclude<PutMode, "overwrite">): R2Conditions {
  return mode === "create" ? { etagDoesNotMatch: "*" } : { etagMatches: bareEtag(mode.ifMatch) };
}

function withLineage({ customMetadata, ...attributes }: R2Attributes, lineage: string): R2Attributes {
  return { ...attributes, customMetadata: { ...customMetadata, [lineageName]: lineage } };
}
