import { type EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { retrying } from "../../retry.ts";
import { type Call, failed, printable } from "../call.ts";
import { requiredHeader, unexpected } from "../client/answer/answer.ts";
import { isRedirect } from "../client/answer/redirect.ts";
import { pathOf } from "../client/bucket-client.ts";
import { parsedUrl } from "../client/checks.ts";
import { exchange, type HTTPRequest } from "../client/exchange.ts";
import { type Part, putInParts } from "../client/multipart.ts";
import { isTransient, retryAfterMs, send } from "../client/send-with-retry.ts";
import { writeObjectOnce } from "../conditional-write/attempt.ts";
import type { Attempt } from "../conditional-write/conditional-write.ts";
import type { PutMode, PutResult } from "../types.ts";
import type { GCSClient } from "./client.ts";
import { attemptRequest, writeConditionHeader } from "./write.ts";

/**
 * Puts a body of unknown length: in one request when it fits into one chunk, otherwise by a resumable upload, chunk after
 * chunk, of which nothing is visible before the last (Google, "Resumable uploads"). The condition is checked at its end. A
 * failed upload is given up.
 */
export function putStream(
  client: GCSClient,
  call: Call,
  body: Blob | ReadableStream<Uint8Array>,
  mode: PutMode,
  attributes: Record<string, string>,
  putWhole: (body: Part) => Promise<PutResult>,
): Promise<PutResult> {
  const partSize = client.options.chunkSize ?? 8 * 2 ** 20;
  const options = { partSize, maxParts: Number.MAX_SAFE_INTEGER, sizeOption: "chunkSize" };
  return putInParts(body, call, options, putWhole, async ({ each }) => {
    let upload: Upload | undefined;
    let last: Part | undefined;
    try {
      return await writeObjectOnce(client, call, mode, attributes, async (headers) => {
        if (upload === undefined) {
          try {
            upload = await Upload.begin(client, call, { ...headers, ...writeConditionHeader(mode) });
          } catch (error) {
            if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
            return { outcome: "refused" };
          }
          for await (const chunk of each) {
            if (last !== undefined) await upload.append(last);
            last = chunk;
          }
        }
        return upload.finish(last ?? new Uint8Array());
      });
    } catch (error) {
      await upload?.abort();
      throw error;
    }
  });
}

/** A resumable upload. Its URL needs no credentials, so it is never shown. */
class Upload {
  readonly #client: GCSClient;
  readonly #call: Call;
  readonly #url: string;
  /** Number of bytes that the server has. */
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
    return new Upload(client, call, checkSession(call, requiredHeader(call, response, "Location"), client.url));
  }

  /** Sends a chunk that is not the last, and sends again what the server did not keep of it. */
  async append(chunk: Part): Promise<void> {
    const start = this.#size;
    const end = start + sizeOf(chunk);
    const waitForRetry = retrying(this.#client.options.retry, this.#call);
    while (this.#size < end) {
      const before = this.#size;
      const rest = before === start ? chunk : (chunk.slice(before - start) as Part);
      const { error, waitMs } = await this.#trySend(rest, before, start, end);
      if (error !== undefined) {
        if (!(await waitForRetry(error, { retryAfterMs: waitMs }))) throw error;
        // The server knows how much it has kept.
        this.#size = await this.#progressIn(await this.#sendAgain("bytes */*"), start, end);
      }
      if (this.#size > before) continue;
      const stuck = failed(this.#call, "Unavailable", "the server keeps nothing of the upload");
      if (!(await waitForRetry(stuck))) throw stuck;
    }
  }

  /** Tries once to end the upload with its last chunk, which publishes the object. */
  async finish(chunk: Part): Promise<Attempt> {
    const start = this.#size;
    const total = start + sizeOf(chunk);
    if (this.#isFinishing) {
      // An answer was missing. 308 means that the upload has not ended.
      let status: Response;
      try {
        status = await exchange(this.#call, this.#request(`bytes */${total}`), this.#client.options);
      } catch (error) {
        if (!isEdgewaterError(error)) throw error;
        return { outcome: "unclear", error, mayFollow: true };
      }
      void status.body?.cancel().catch(() => undefined);
      if (status.status === 308 && !isRedirect(status)) await this.#progressIn(status, start, total);
      else return attemptRequest(this.#client, this.#call, async () => this.#request(`bytes */${total}`));
    }
    this.#isFinishing = true;
    return attemptRequest(this.#client, this.#call, async () => this.#request(`bytes ${start}-${total - 1}/${total}`, chunk));
  }

  /** Gives up the upload, also after the caller's abort. If that fails, Google drops it after a week. */
  async abort(): Promise<void> {
    const call = { ...this.#call, signal: undefined };
    await exchange(call, { method: "DELETE", url: this.#url, headers: {} }, this.#client.options).catch(() => undefined);
  }

  /** Sends part of a chunk once. Returns an error after which the upload may go on, and the wait that the server asks for. */
  async #trySend(
    body: Part,
    from: number,
    start: number,
    end: number,
  ): Promise<{ readonly error?: EdgewaterError; readonly waitMs?: number }> {
    let response: Response;
    try {
      response = await exchange(this.#call, this.#request(`bytes ${from}-${end - 1}/*`, body), this.#client.options);
    } catch (error) {
      if (!isEdgewaterError(error, "Unavailable")) throw error;
      return { error };
    }
    if (isTransient(response)) {
      const waitMs = retryAfterMs(response);
      return { error: (await this.#client.failureOf(this.#call, response)).error, waitMs };
    }
    this.#size = await this.#progressIn(response, start, end);
    return {};
  }

  #sendAgain(range: string): Promise<Response> {
    const errorOf = async (response: Response): Promise<EdgewaterError> => (await this.#client.failureOf(this.#call, response)).error;
    return send(this.#call, () => this.#request(range), this.#client.options, { errorOf });
  }

  #request(range: string, body: Part = new Uint8Array()): HTTPRequest {
    return { method: "PUT", url: this.#url, headers: { "content-range": range }, body };
  }

  /**
   * The number of bytes that the server has, as its answer states it; without a range it has none.
   *
   * @param start where the chunk starts that is being sent: earlier ones are not held any more
   * @param end where it ends
   * @throws `Unavailable` when the server has less than it said before, or more than it was sent: the upload cannot go on
   */
  async #progressIn(response: Response, start: number, end: number): Promise<number> {
    if (response.status !== 308 || isRedirect(response)) throw (await this.#client.failureOf(this.#call, response)).error;
    void response.body?.cancel().catch(() => undefined);
    const range = response.type === "cors" ? requiredHeader(this.#call, response, "Range") : response.headers.get("range");
    const last = range === null ? "-1" : /^bytes=0-(\d{1,16})$/.exec(range)?.[1];
    if (last === undefined) throw unexpected(this.#call, "an invalid range of the upload");
    const size = Number(last) + 1;
    if (size < start || size > end) {
      const reason = `the server has ${size} bytes of the upload, not ${start} to ${end} as before; write the object again`;
      throw failed(this.#call, "Unavailable", reason);
    }
    return size;
  }
}

/**
 * Checks the URL of an upload. It needs no credentials and gets the whole body, so it must be on the server that was asked.
 *
 * @throws `Unavailable`, naming the origin, for another server
 */
function checkSession(call: Call, location: string, base: string): string {
  const url = parsedUrl(location);
  if (url?.origin === new URL(base).origin) return location;
  const origin = url === undefined ? "an address that is not a URL" : printable(url.origin, 100);
  throw failed(call, "Unavailable", `the server sends the upload to ${origin}, another server; check the endpoint`);
}

function sizeOf(part: Part): number {
  return part instanceof Blob ? part.size : part.byteLength;
}
