import { AwsV4Signer } from "aws4fetch";
import { nodeHash } from "../../runtime/node.ts";
import type { HTTPRequest } from "../client/exchange.ts";
import type { S3Credentials } from "./credentials.ts";
import type { DirectSigner } from "./direct-signer.ts";

/** How many derived keys are kept: one a day for every secret. */
const mostKeys = 8;

/** A request to be signed. */
interface Unsigned extends HTTPRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** Signature Version 4, by aws4fetch, or as it does. */
export interface Signer {
  /** @param isInUrl whether the signature goes into the URL instead of the headers */
  sign(request: Unsigned, credentials: S3Credentials, isInUrl: boolean): Promise<HTTPRequest>;
  /** Signs by the server's clock from now on; tells whether that makes a difference. */
  adjust(serverTime: number): boolean;
}

export function signerFor(region: string): Signer {
  const cache = new Map<string, ArrayBuffer>();
  const hash = nodeHash();
  let direct: DirectSigner | undefined;
  /** Milliseconds that the server's clock is ahead of this machine's. */
  let ahead = 0;
  return {
    sign: async (request, { accessKeyId, secretAccessKey, sessionToken }, signQuery) => {
      const datetime = new Date(Date.now() + ahead).toISOString().replace(/[:-]|\.\d{3}/g, "");
      const parameters = { ...request, accessKeyId, secretAccessKey, sessionToken, signQuery, service: "s3", region, cache, datetime };
      if (hash && !request.url.includes("?")) {
        direct ??= (await import("./direct-signer.ts")).directSigner(hash);
        return { ...request, headers: direct(parameters) };
      }
      if (cache.size > mostKeys) cache.clear();
      // aws4fetch takes undefined for what is missing; its declarations do not say so.
      return new AwsV4Signer(parameters as ConstructorParameters<typeof AwsV4Signer>[0]).sign() as Promise<HTTPRequest>;
    },
    adjust: (serverTime) => {
      const before = ahead;
      ahead = serverTime - Date.now() || 0;
      return Math.abs(ahead - before) > 10_000;
    },
  };
}
