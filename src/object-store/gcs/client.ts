import type { Call } from "../call.ts";
import { unlessAborted } from "../transport/aborted.ts";
import type { MetadataHeaders } from "../transport/attributes.ts";
import type { Cloud, CloudRequest } from "../transport/cloud.ts";
import { Current } from "../transport/current.ts";
import type { HTTPRequest } from "../transport/exchange.ts";
import { corrected, errorOf, type Failure, type Meanings } from "../transport/failure.ts";
import { Histories } from "../transport/histories.ts";
import { send } from "../transport/send.ts";
import { textOf } from "../transport/xml.ts";
import type { GCSCredentials } from "./credentials.ts";
import { bucketUrl, type GCSStoreOptions } from "./options.ts";
import { signed } from "./signer.ts";

/** Google's names for what went wrong, from "HTTP status and error codes for XML". */
const meanings: Meanings = {
  AuthenticationRequired: ["Unauthenticated", "the credentials are missing or have expired"],
  EntityTooLarge: ["NotSupported", "it is larger than one request may be"],
  ExpiredToken: ["Unauthenticated", "the token has expired"],
  InvalidAccessKeyId: ["Unauthenticated", "Google does not know the access id"],
  InvalidSecurity: ["Unauthenticated", "the credentials are not valid"],
  KeyTooLong: ["InvalidPath", "it is longer than the 1,024 bytes that Google allows"],
  MetadataTooLarge: ["MetadataError", "the metadata is larger than the 8 kB that Google keeps"],
  NoSuchBucket: ["NotFound", "the bucket does not exist"],
  RequestTimeTooSkewed: ["Unauthenticated", "this machine's clock and the server's differ too much"],
  SignatureDoesNotMatch: ["Unauthenticated", "the secret of the HMAC key is wrong"],
  TokenRefreshRequired: ["Unauthenticated", "the token has expired"],
};

const metadataHeaders: MetadataHeaders = {
  prefix: "x-goog-meta-",
  names: /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
  defaultContentType: "application/octet-stream",
  etag: "x-goog-generation",
};

/** Signs requests for one bucket, sends them, and sets right what a second try can set right. */
export class GCSClient implements Cloud {
  readonly name: string;
  readonly transport: GCSStoreOptions;
  readonly metadata: MetadataHeaders = metadataHeaders;
  readonly histories: Histories = new Histories();
  seesNonces = false;
  /** Of the bucket. */
  readonly url: string;
  readonly #current: Current<GCSCredentials>;
  /** Milliseconds that the server's clock is ahead of this machine's. */
  #offset = 0;

  constructor(options: GCSStoreOptions) {
    this.name = `GCSStore(${options.bucket})`;
    this.transport = options;
    this.url = bucketUrl(options, this.name);
    this.#current = new Current(options.credentials, this.name);
  }

  readonly request = (call: Call, request: CloudRequest): Promise<Response> =>
    this.corrected(async () => {
      const response = await send(call, () => this.sign(call, request), this.transport);
      return response.ok ? response : failureOf(response, call);
    });

  async sign(call: Call, { method, path, headers = {}, body }: CloudRequest): Promise<HTTPRequest> {
    return signed({ method, url: this.url + path, headers, body }, await this.credentials(call), this.now());
  }

  /** Does it again, once each, by the server's clock and with new credentials when the answer asks for that. */
  corrected<Value extends object>(work: () => Promise<Value | Failure>): Promise<Value> {
    return corrected(
      work,
      ({ code, serverTime }) => code === "RequestTimeTooSkewed" && this.#adjust(serverTime),
      ({ error }) => error.code === "Unauthenticated" && this.#current.forget(),
    );
  }

  /** By the server's clock. */
  now(): Date {
    return new Date(Date.now() + this.#offset);
  }

  #adjust(serverTime: number): boolean {
    this.#offset = (serverTime || Date.now()) - Date.now();
    return this.#offset !== 0;
  }

  credentials({ store, key, signal }: Call): Promise<GCSCredentials> {
    return unlessAborted(this.#current.get(), signal, { store, key });
  }
}

/** What an answer of Google stands for. */
export async function failureOf(response: Response, call: Call): Promise<Failure> {
  const code = textOf(await response.text().catch(() => ""), "Code");
  const serverTime = Date.parse(response.headers.get("date") ?? "");
  return { status: response.status, code, error: errorOf(response.status, code, call, meanings, "NoSuchBucket"), serverTime };
}

/** The headers of a condition on what is there: a generation, or 0 for nothing. */
export function conditionOf(generation: string | undefined): Record<string, string> {
  return generation === undefined ? {} : { "x-goog-if-generation-match": generation };
}
