import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { retrying } from "../../retry.ts";
import { type Call, failed } from "../call.ts";
import { pathOf } from "../client/cloud.ts";
import { exchange, type HTTPRequest } from "../client/exchange.ts";
import { needed } from "../client/meta.ts";
import { partsOf } from "../client/parts.ts";
import { isTransient, retryAfter, send } from "../client/send.ts";
import { writeOnceIn } from "../conditional-write/conditional.ts";
import type { Attempt } from "../conditional-write/conditional-write.ts";
import type { PutMode, PutResult } from "../types.ts";
import { attemptAt, expectedOf } from "./attempt.ts";
import { conditionOf, failureOf, type GCSClient } from "./client.ts";

type Part = Blob | Uint8Array<ArrayBuffer>;

/**
 * Writes a body of unknown length: as a whole when it fits into one chunk, otherwise by a resumable upload, chunk after
 * chunk, of which nothing is to be seen before the last. Its condition is checked when it ends. When it fails, the upload
 * is given up.
 */
export async function putResumably(
  client: GCSClient,
  call: Call,
  body: Blob | ReadableStream<Uint8Array>,
  mode: PutMode,
  attributes: Record<string, string>,
  putWhole: (part: Part) => Promise<PutResult>,
): Promise<PutResult> {
  const parts = partsOf(body, client.transport.chunkSize ?? 8 * 2 ** 20, call);
  let next = await parts.next();
  const first = next;
  next = await parts.next();
  if (first.done || next.done) return putWhole(first.value ?? new Blob());
  let upload: Upload | undefined;
  let last: Part = first.value;
  try {
    return await writeOnceIn(client, call, mode, attributes, async (headers) => {
      if (upload !== undefined) return upload.finish(last);
      try {
        upload = await Upload.begin(client, call, { ...headers, ...conditionOf(expectedOf(mode)) });
      } catch (error) {
        if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
        return { outcome: "refused" };
      }
      for (; !next.done; next = await parts.next()) {
        await upload.append(last);
        last = next.value;
      }
      return upload.finish(last);
    });
  } catch (error) {
    await parts.return();
    await upload?.abort();
    throw error;
  }
}

/** A resumable upload. Whoever has its URL may write to it, so it is shown to nobody. */
class Upload {
  readonly #client: GCSClient;
  readonly #call: Call;
  readonly #url: string;
  /** Bytes that the server has. */
  #size = 0;
  #isFinishing = false;

  constructor(client: GCSClient, call: Call, url: string) {
    this.#client = client;
    this.#call = call;
    this.#url = url;
  }

  static async begin(client: GCSClient, call: Call, headers: Record<string, string>): Promise<Upload> {
    const start = { ...headers, "x-goog-resumable": "start" };
    const response = await client.request(call, { method: "POST", path: pathOf(call.key), headers: start, body: new Uint8Array() });
    return new Upload(client, call, needed(call, response, "Location"));
  }

  /** Sends a chunk that is not the last; what the server has not kept of it, again. */
  async append(part: Part): Promise<void> {
    const start = this.#size;
    const size = sizeOf(part);
    const waitForRetry = retrying(this.#client.transport.retry, this.#call);
    while (this.#size < start + size) {
      const rest = this.#size === start ? part : (part.slice(this.#size - start) as Part);
      const range = `bytes ${this.#size}-${start + size - 1}/*`;
      const before = this.#size;
      const response = await send(
        this.#call,
        () => this.#put(range, rest),
        this.#client.transport,
        () => false,
      ).catch((error: unknown) => error);
      if (response instanceof Response && !isTransient(response)) await this.#take(response);
      else {
        const retryAfterMs = response instanceof Response ? retryAfter(response) : 0;
        if (!(await waitForRetry(response, { retryAfterMs }))) {
          throw response instanceof Response ? (await failureOf(response, this.#call)).error : response;
        }
        await this.#take(await send(this.#call, () => this.#put("bytes */*"), this.#client.transport));
      }
      if (this.#size > before) continue;
      const stuck = failed(this.#call, "Unavailable", "the server keeps nothing of the upload");
      if (!(await waitForRetry(stuck))) throw stuck;
    }
  }

  /** Tries once to end the upload with its last chunk, and so to publish it. */
  async finish(part: Part): Promise<Attempt> {
    const start = this.#size;
    const total = start + sizeOf(part);
    if (this.#isFinishing) {
      // An answer was missing: the server knows what it has.
      const status = await exchange(this.#call, await this.#put(`bytes */${total}`), this.#client.transport).catch(
        (error: unknown) => error,
      );
      if (status instanceof EdgewaterError) return { outcome: "unclear", error: status, mayFollow: true };
      if (status instanceof Response && status.status !== 308)
        return attemptAt(this.#client, this.#call, async () => this.#put(`bytes */${total}`));
    }
    this.#isFinishing = true;
    return attemptAt(this.#client, this.#call, async () => this.#put(`bytes ${start}-${total - 1}/${total}`, part));
  }

  /** Gives the upload up, also for a caller whose signal is aborted. What cannot be reached is dropped after a week. */
  async abort(): Promise<void> {
    const call = { ...this.#call, signal: undefined };
    await exchange(call, { method: "DELETE", url: this.#url, headers: {} }, this.#client.transport).catch(() => undefined);
  }

  async #put(range: string, body: Part = new Uint8Array()): Promise<HTTPRequest> {
    return { method: "PUT", url: this.#url, headers: { "content-range": range }, body };
  }

  /** Learns from an answer how much the server has: no range for nothing. */
  async #take(response: Response): Promise<void> {
    if (response.status !== 308) throw (await failureOf(response, this.#call)).error;
    await response.body?.cancel();
    const range = response.type === "cors" ? needed(this.#call, response, "Range") : response.headers.get("range");
    this.#size = range === null ? 0 : Number(range.split("-")[1]) + 1;
  }
}

function sizeOf(part: Part): number {
  return part instanceof Blob ? part.size : part.byteLength;
}
