import type { Call } from "../call.ts";
import { unlessAborted } from "../transport/aborted.ts";
import { exchange, type HTTPRequest, type TransportOptions } from "../transport/exchange.ts";
import { isTransient, send } from "../transport/send.ts";
import { type CurrentCredentials, currentCredentials } from "./credentials.ts";
import { type Failure, failureOf } from "./errors.ts";
import { bucketUrl, type S3StoreOptions } from "./options.ts";
import { type Signer, signerFor } from "./signer.ts";

export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Below the bucket, encoded: a slash and a key, a query, or both. */
  readonly path: string;
  readonly headers?: Record<string, string> | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | undefined;
}

/** Signs requests for one bucket, sends them, and sets right what a second try can set right. */
export class S3Client {
  readonly name: string;
  readonly transport: TransportOptions;
  readonly #bucket: string;
  readonly #signer: Signer;
  readonly #credentials: CurrentCredentials;

  constructor(options: S3StoreOptions) {
    this.name = `S3Store(${options.bucket})`;
    this.transport = options;
    this.#bucket = bucketUrl(options, this.name);
    this.#signer = signerFor(options.region);
    this.#credentials = currentCredentials(options.credentials, this.name);
  }

  /**
   * The answer to a request that may happen more than once, when it is one of success.
   *
   * @throws the error that any other answer stands for
   */
  async request(call: Call, request: S3Request): Promise<Response> {
    return this.corrected(async () => {
      const response = await send(call, () => this.sign(call, request), this.transport, isRetried);
      return response.ok ? response : this.#failureOf(call, request, response);
    });
  }

  /** @param isInUrl whether the signature goes into the URL instead of the headers */
  async sign(call: Call, { method, path, headers = {}, body }: S3Request, isInUrl = false): Promise<HTTPRequest> {
    const { signal } = call;
    const credentials = await unlessAborted(this.#credentials.get(), signal, call);
    return this.#signer.sign({ method, url: this.#bucket + path, headers, body }, credentials, isInUrl);
  }

  /** Does it again, once each, by the server's clock and with new credentials when the answer asks for that. */
  async corrected<Value extends object>(work: () => Promise<Value | Failure>): Promise<Value> {
    let isRenewed = false;
    while (true) {
      const result = await work();
      if (!isFailure(result)) return result;
      const { code, serverTime, error } = result;
      if (code === "ExpiredToken" && !isRenewed && this.#credentials.forget()) isRenewed = true;
      else if (code !== "RequestTimeTooSkewed" || !this.#signer.adjust(serverTime)) throw error;
    }
  }

  /** An answer to HEAD has no body that says what is wrong; one to GET has. */
  async #failureOf(call: Call, request: S3Request, response: Response): Promise<Failure> {
    if (request.method !== "HEAD" || (response.status !== 400 && response.status !== 403)) return failureOf(response, call);
    const get = { ...request, method: "GET", headers: { range: "bytes=0-0" } } as const;
    const explained = await exchange(call, await this.sign(call, get), this.transport);
    return failureOf(explained.ok ? response : explained, call);
  }
}

function isFailure(result: object): result is Failure {
  return "serverTime" in result;
}

/** S3 asks with 409 to come back when two writes met. */
function isRetried(response: Response): boolean {
  return response.status === 409 || isTransient(response);
}
