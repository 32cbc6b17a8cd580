import type { Call } from "../call.ts";
import { unlessAborted } from "../client/aborted.ts";
import type { MetadataHeaders } from "../client/attributes.ts";
import type { Cloud, CloudRequest } from "../client/cloud.ts";
import { current } from "../client/credential-cache.ts";
import { exchange, type HTTPRequest } from "../client/exchange.ts";
import { corrected, errorOf, type Failure } from "../client/failure.ts";
import { isTransient, send } from "../client/send.ts";
import { textOf } from "../client/xml.ts";
import { Histories } from "../conditional-write/lineage-cache.ts";
import { bucketUrl, type S3StoreOptions } from "./options.ts";
import { signerFor } from "./signer.ts";

const metadataHeaders: MetadataHeaders = {
  prefix: "x-amz-meta-",
  names: /^[a-z0-9]+(?:-[a-z0-9]+)*$/,
  defaultContentType: "binary/octet-stream",
};

/** Signs requests for one bucket, sends them, and sets right what a second try can set right. */
export interface S3Client extends Cloud {
  readonly transport: S3StoreOptions;
  /** Ceph compares If-Match with an etag that has no quotes; the standard wants them. Undefined until one has worked. */
  isQuoted: boolean | undefined;
  /** @param isInUrl whether the signature goes into the URL instead of the headers */
  readonly sign: (call: Call, request: CloudRequest, isInUrl?: boolean) => Promise<HTTPRequest>;
  /** Does it again, once each, by the server's clock and with new credentials when the answer asks for that. */
  readonly corrected: <Value extends object>(work: () => Promise<Value | Failure>) => Promise<Value>;
}

export function clientFor(options: S3StoreOptions): S3Client {
  const name = `S3Store(${options.bucket})`;
  const bucket = bucketUrl(options, name);
  const signer = signerFor(options.region);
  const { get, forget } = current(options.credentials, name);
  const client: S3Client = {
    name,
    transport: options,
    metadata: metadataHeaders,
    histories: new Histories(),
    seesNonces: false,
    isQuoted: options.endpoint ? undefined : true,
    // What came in parts carries the time at which it was begun.
    isDated: (etag) => !etag.includes("-"),
    request: (call, request) =>
      client.corrected(async () => {
        const response = await send(call, () => client.sign(call, request), options, isRetried);
        return response.ok ? response : failureOf(call, await explained(client, call, request, response));
      }),
    sign: async (call, { method, path, headers = {}, body }, isInUrl = false) =>
      signer.sign({ method, url: bucket + path, headers, body }, await unlessAborted(get(), call.signal, call), isInUrl),
    corrected: (work) =>
      corrected(
        work,
        ({ code, serverTime }) => code === "RequestTimeTooSkewed" && signer.adjust(serverTime),
        ({ code }) => code === "ExpiredToken" && forget(),
      ),
  };
  return client;
}

/** What an answer of S3 stands for. */
export async function failureOf(call: Call, response: Response): Promise<Failure> {
  const body = await response.text().catch(() => "");
  const code = textOf(body, "Code");
  // A page that has lost its server still has the status.
  const { meanings } = await import("./error-codes.ts").catch(() => ({ meanings: {} }));
  const serverTime = Date.parse(textOf(body, "ServerTime") ?? response.headers.get("date") ?? "");
  return { status: response.status, code, error: errorOf(response.status, code, call, meanings, "NoSuchBucket"), serverTime };
}

/** An answer to HEAD has no body that says what is wrong; one to GET has. */
async function explained(client: S3Client, call: Call, request: CloudRequest, response: Response): Promise<Response> {
  if (request.method !== "HEAD" || (response.status !== 400 && response.status !== 403)) return response;
  const get = { ...request, method: "GET", headers: { range: "bytes=0-0" } } as const;
  const answer = await exchange(call, await client.sign(call, get), client.transport);
  return answer.ok ? response : answer;
}

/** S3 asks with 409 to come back when two writes met. */
function isRetried(response: Response): boolean {
  return response.status === 409 || isTransient(response);
}
