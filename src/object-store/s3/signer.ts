import { AwsV4Signer } from "aws4fetch";
import { nodeHash } from "../../runtime/node.ts";
import type { HTTPRequest } from "../transport/exchange.ts";
import type { S3Credentials } from "./credentials.ts";
import type { DirectSigner, Unsigned } from "./direct-signer.ts";

/** How many derived keys are kept: one a day for every secret. */
const mostKeys = 8;

/** Signature Version 4, by aws4fetch. */
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
    sign: async (request, credentials, signQuery) => {
      const datetime = new Date(Date.now() + ahead).toISOString().replace(/[:-]|\.\d{3}/g, "");
      // Most URLs have no query, and a path that is encoded as signatures want it.
      if (hash && /^[\w:/.~%-]+$/.test(request.url)) {
        direct ??= (await import("./direct-signer.ts")).directSigner(hash, region);
        return { ...request, headers: direct(request, credentials, datetime) };
      }
      if (cache.size > mostKeys) cache.clear();
      const parameters = { ...request, ...credentials, signQuery, service: "s3", region, cache, datetime };
      return new AwsV4Signer(parameters as ConstructorParameters<typeof AwsV4Signer>[0]).sign() as Promise<HTTPRequest>;
    },
    adjust: (serverTime) => {
      const before = ahead;
      ahead = serverTime - Date.now() || 0;
      return Math.abs(ahead - before) > 10_000;
    },
  };
}
