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
import type { AzureCredentials } from "./credentials.ts";
import { type AzureStoreOptions, containerUrl } from "./options.ts";
import { Signer } from "./signer.ts";

/** Azure's names for what went wrong, from its Common REST API and Blob service error codes. */
const meanings: Meanings = {
  AuthenticationFailed: ["Unauthenticated", "the account key or the signature is wrong or has expired, or this machine's clock is wrong"],
  AuthorizationFailure: ["PermissionDenied", "the credentials or the account's network rules do not permit this"],
  AuthorizationPermissionMismatch: [
    "PermissionDenied",
    "the credentials do not permit this; check the role or the signature's permissions",
  ],
  BlobArchived: ["NotSupported", "it is archived; rehydrate it first"],
  BlobImmutableDueToPolicy: ["PermissionDenied", "an immutability policy holds it"],
  ContainerNotFound: ["NotFound", "the container does not exist"],
  InvalidAuthenticationInfo: ["Unauthenticated", "the token is wrong or has expired"],
  InvalidBlobType: ["NotSupported", "it is no block blob"],
  InvalidBlockList: ["Unavailable", "another write under the same key has dropped the blocks of this one"],
  InvalidResourceName: ["InvalidPath"],
  InvalidUri: ["InvalidPath"],
  LeaseIdMissing: ["PermissionDenied", "someone holds a lease on it"],
  MetadataTooLarge: ["MetadataError", "the metadata is larger than the 8 kB that Azure keeps"],
  OutOfRangeInput: ["InvalidPath", "it is longer than Azure allows"],
  RequestBodyTooLarge: ["NotSupported", "it is larger than one request may be"],
};

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
export class AzureClient implements Cloud {
  readonly name: string;
  readonly transport: AzureStoreOptions;
  readonly metadata: MetadataHeaders = metadataHeaders;
  readonly histories: Histories = new Histories();
  seesNonces = false;
  /** Of the container. */
  readonly url: string;
  readonly signer: Signer;
  readonly #current: Current<AzureCredentials>;

  constructor(options: AzureStoreOptions) {
    this.name = `AzureStore(${options.account}/${options.container})`;
    this.transport = options;
    this.url = containerUrl(options, this.name);
    this.signer = new Signer(options.account, this.name);
    this.#current = new Current(options.credentials, this.name);
  }

  readonly request = (call: Call, request: CloudRequest): Promise<Response> =>
    this.corrected(async () => {
      const response = await send(call, () => this.sign(call, request), this.transport);
      return response.ok ? response : failureOf(response, call);
    });

  async sign(call: Call, { method, path, headers = {}, body }: CloudRequest): Promise<HTTPRequest> {
    return this.signer.sign({ method, url: this.url + path, headers, body }, await this.credentials(call));
  }

  /** Does it again, once each, by the server's clock and with new credentials when the answer asks for that. */
  corrected<Value extends object>(work: () => Promise<Value | Failure>): Promise<Value> {
    const isDenied = ({ error }: Failure): boolean => error.code === "Unauthenticated";
    return corrected(
      work,
      (failure) => isDenied(failure) && this.signer.adjust(failure.serverTime),
      (failure) => isDenied(failure) && this.#current.forget(),
    );
  }

  credentials({ store, key, signal }: Call): Promise<AzureCredentials> {
    return unlessAborted(this.#current.get(), signal, { store, key });
  }
}

/** What an answer of Azure stands for. An answer to HEAD names its failure in a header alone. */
export async function failureOf(response: Response, call: Call): Promise<Failure> {
  const body = await response.text().catch(() => "");
  const code = response.headers.get("x-ms-error-code") ?? textOf(body, "Code");
  const serverTime = Date.parse(response.headers.get("date") ?? "");
  return { status: response.status, code, error: errorOf(response.status, code, call, meanings, "ContainerNotFound"), serverTime };
}
