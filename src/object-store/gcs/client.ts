import type { Call } from "../call.ts";
import { unlessAborted } from "../client/aborted.ts";
import type { MetadataHeaders } from "../client/attributes.ts";
import type { Cloud, CloudRequest } from "../client/cloud.ts";
import { current } from "../client/credential-cache.ts";
import type { HTTPRequest } from "../client/exchange.ts";
import { corrected, errorOf, type Failure } from "../client/failure.ts";
import { send } from "../client/send.ts";
import { textOf } from "../client/xml.ts";
import { Histories } from "../conditional-write/lineage-cache.ts";
import type { GCSCredentials } from "./credentials.ts";
import { bucketUrl, type GCSStoreOptions } from "./options.ts";
import { signed } from "./signer.ts";

const metadataHeaders: MetadataHeaders = {
  prefix: "x-goog-meta-",
  names: /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
  defaultContentType: "application/octet-stream",
  etag: "x-goog-generation",
};

/** Signs requests for one bucket, sends them, and sets right what a second try can set right. */
export interface GCSClient extends Cloud {
  readonly transport: GCSStoreOptions;
  /** Of the bucket. */
  readonly url: string;
  readonly credentials: (call: Call) => Promise<GCSCredentials>;
  readonly sign: (call: Call, request: CloudRequest) => Promise<HTTPRequest>;
  /** By the server's clock. */
  readonly now: () => Date;
  /** Does it again, once each, by the server's clock and with new credentials when the answer asks for that. */
  readonly corrected: <Value extends object>(work: () => Promise<Value | Failure>) => Promise<Value>;
}

export function clientFor(options: GCSStoreOptions): GCSClient {
  const name = `GCSStore(${options.bucket})`;
  const url = bucketUrl(options, name);
  const { get, forget } = current(options.credentials, name);
  /** Milliseconds that the server's clock is ahead of this machine's. */
  let ahead = 0;
  const client: GCSClient = {
    name,
    url,
    transport: options,
    metadata: metadataHeaders,
    histories: new Histories(),
    seesNonces: false,
    request: (call, request) =>
      client.corrected(async () => {
        const response = await send(call, () => client.sign(call, request), options);
        return response.ok ? response : failureOf(response, call);
      }),
    credentials: (call) => unlessAborted(get(), call.signal, call),
    sign: async (call, { method, path, headers = {}, body }) =>
      signed({ method, url: url + path, headers, body }, await client.credentials(call), client.now()),
    now: () => new Date(Date.now() + ahead),
    corrected: (work) =>
      corrected(
        work,
        ({ code, serverTime }) => {
          const isSkewed = code === "RequestTimeTooSkewed";
          if (isSkewed) ahead = serverTime - Date.now() || 0;
          return isSkewed;
        },
        ({ error }) => error.code === "Unauthenticated" && forget(),
      ),
  };
  return client;
}

/** What an answer of Google stands for. */
export async function failureOf(response: Response, call: Call): Promise<Failure> {
  const code = textOf(await response.text().catch(() => ""), "Code");
  // A page that has lost its server still has the status.
  const { meanings } = await import("./error-codes.ts").catch(() => ({ meanings: {} }));
  const serverTime = Date.parse(response.headers.get("date") ?? "");
  return { status: response.status, code, error: errorOf(response.status, code, call, meanings, "NoSuchBucket"), serverTime };
}

/** The headers of a condition on what is there: a generation, or 0 for nothing. */
export function conditionOf(generation: string | undefined): Record<string, string> {
  return generation === undefined ? {} : { "x-goog-if-generation-match": generation };
}
