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
import type { AzureCredentials } from "./credentials.ts";
import { type AzureStoreOptions, containerUrl } from "./options.ts";
import { type Signer, signerFor } from "./signer.ts";

/**
 * Names of metadata are identifiers of C#, and the same in capitals. Underscores are left out: Azure's signature sorts
 * names as a dictionary does, which differs from their bytes' order.
 */
const metadataHeaders: MetadataHeaders = {
  prefix: "x-ms-meta-",
  names: /^[a-z][a-z0-9]*$/,
  defaultContentType: "application/octet-stream",
};

/** Signs requests for one container, sends them, and sets right what a second try can set right. */
export interface AzureClient extends Cloud {
  readonly transport: AzureStoreOptions;
  /** Of the container. */
  readonly url: string;
  readonly signer: Signer;
  readonly credentials: (call: Call) => Promise<AzureCredentials>;
  readonly sign: (call: Call, request: CloudRequest) => Promise<HTTPRequest>;
  /** Does it again, once each, by the server's clock and with new credentials when the answer asks for that. */
  readonly corrected: <Value extends object>(work: () => Promise<Value | Failure>) => Promise<Value>;
}

export function clientFor(options: AzureStoreOptions): AzureClient {
  const name = `AzureStore(${options.account}/${options.container})`;
  const url = containerUrl(options, name);
  const signer = signerFor(options.account, name);
  const { get, forget } = current(options.credentials, name);
  const client: AzureClient = {
    name,
    url,
    signer,
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
      signer.sign({ method, url: url + path, headers, body }, await client.credentials(call)),
    corrected: (work) => {
      const isDenied = ({ error }: Failure): boolean => error.code === "Unauthenticated";
      return corrected(
        work,
        (failure) => isDenied(failure) && signer.adjust(failure.serverTime),
        (failure) => isDenied(failure) && forget(),
      );
    },
  };
  return client;
}

/** What an answer of Azure stands for. An answer to HEAD names its failure in a header alone. */
export async function failureOf(response: Response, call: Call): Promise<Failure> {
  const body = await response.text().catch(() => "");
  const code = response.headers.get("x-ms-error-code") ?? textOf(body, "Code");
  // A page that has lost its server still has the status.
  const { meanings } = await import("./error-codes.ts").catch(() => ({ meanings: {} }));
  const serverTime = Date.parse(response.headers.get("date") ?? "");
  return { status: response.status, code, error: errorOf(response.status, code, call, meanings, "ContainerNotFound"), serverTime };
}
