import { EdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { unlessAborted } from "../transport/aborted.ts";
import { attemptOnce, busy, unclear } from "../transport/attempt.ts";
import { Current } from "../transport/current.ts";
import { encodeKey } from "../transport/encode.ts";
import type { HTTPRequest, TransportOptions } from "../transport/exchange.ts";
import { corrected, type Failure } from "../transport/failure.ts";
import type { Attempt } from "../transport/fate.ts";
import { isTransient, send } from "../transport/send.ts";
import type { AzureCredentials } from "./credentials.ts";
import { failureOf } from "./errors.ts";
import { type AzureStoreOptions, containerUrl } from "./options.ts";
import { Signer, withSignature } from "./signer.ts";

export interface AzureRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** Below the container, encoded: a slash and a key, a query, or both. */
  readonly path: string;
  readonly headers?: Record<string, string> | undefined;
  readonly body?: Uint8Array<ArrayBuffer> | Blob | undefined;
}

/** Signs requests for one container, sends them, and sets right what a second try can set right. */
export class AzureClient {
  readonly name: string;
  readonly transport: TransportOptions;
  readonly #container: string;
  readonly #url: string;
  readonly #signer: Signer;
  readonly #credentials: Current<AzureCredentials>;

  constructor(options: AzureStoreOptions) {
    this.name = `AzureStore(${options.account}/${options.container})`;
    this.transport = options;
    this.#container = options.container;
    this.#url = containerUrl(options, this.name);
    this.#signer = new Signer(options.account, this.name);
    this.#credentials = new Current(options.credentials, this.name);
  }

  /**
   * The answer to a request that may happen more than once, when it is one of success.
   *
   * @throws the error that any other answer stands for
   */
  async request(call: Call, request: AzureRequest): Promise<Response> {
    return this.#corrected(async () => {
      const response = await send(call, () => this.#sign(call, request), this.transport);
      return response.ok ? response : failureOf(response, call);
    });
  }

  /**
   * One attempt of a write that must happen only once.
   *
   * | answer | meaning |
   * |-|-|
   * | 2xx | written |
   * | 409 `BlobAlreadyExists`, 412 `ConditionNotMet`, 404 `BlobNotFound` | the verdict on the condition |
   * | 429, or 503 with Azure's name for it | nothing has happened; come back |
   * | 500 `OperationTimedOut`, 502, 504 | open, and it may still happen |
   * | 408 and other 5xx | open |
   *
   * @throws the error that any other answer stands for
   */
  async attempt(call: Call, request: AzureRequest, written: (response: Response) => Promise<Attempt>): Promise<Attempt> {
    return this.#corrected(async () =>
      attemptOnce<Failure>(call, await this.#sign(call, request), this.transport, async (response) => {
        if (response.ok) return written(response);
        const failure = await failureOf(response, call);
        const { status, code = "", error } = failure;
        if (/^(|BlobAlreadyExists|ConditionNotMet|BlobNotFound)$/.test(code) && [404, 409, 412].includes(status))
          return { outcome: "refused" };
        if (status === 429 || (status === 503 && code !== "")) return busy(response, error);
        if (!isTransient(response)) return failure;
        const open = unclear(response, error);
        return code === "OperationTimedOut" ? { ...open, outcome: "unclear", error, mayFollow: true } : open;
      }),
    );
  }

  /** @throws `NotSupported` without an account key, which alone can sign */
  async presign(call: Call, method: string, seconds: number): Promise<string> {
    const credentials = await this.#current(call);
    if (!("accountKey" in credentials)) {
      const message = `${this.name} can sign URLs only with an account key`;
      throw new EdgewaterError("NotSupported", message, { store: this.name, key: call.key });
    }
    const url = `${this.#url}/${encodeKey(call.key)}`;
    return withSignature(url, await this.#signer.presign(method, new URL(url), `${this.#container}/${call.key}`, seconds, credentials));
  }

  /** The URL of an object by which the server itself may read it. */
  async source(call: Call): Promise<string> {
    const credentials = await this.#current(call);
    const url = `${this.#url}/${encodeKey(call.key)}`;
    return "sasToken" in credentials ? withSignature(url, credentials.sasToken) : url;
  }

  async #sign(call: Call, { method, path, headers = {}, body }: AzureRequest): Promise<HTTPRequest> {
    return this.#signer.sign({ method, url: this.#url + path, headers, body }, await this.#current(call));
  }

  #current({ store, key, signal }: Call): Promise<AzureCredentials> {
    return unlessAborted(this.#credentials.get(), signal, { store, key });
  }

  /** By the server's clock, and with new credentials, when the answer asks for that. */
  #corrected<Value extends object>(work: () => Promise<Value | Failure>): Promise<Value> {
    const isDenied = ({ code }: Failure): boolean => code === "AuthenticationFailed" || code === "InvalidAuthenticationInfo";
    return corrected(
      work,
      (failure) => isDenied(failure) && this.#signer.adjust(failure.serverTime),
      (failure) => isDenied(failure) && this.#credentials.forget(),
    );
  }
}
