import { AwsV4Signer } from "aws4fetch";
import { nodeHash } from "../../runtime/node.ts";
import type { HTTPRequest } from "../transport/exchange.ts";
import type { S3Credentials } from "./credentials.ts";

/** How many derived keys are kept: one a day for every secret. */
const mostKeys = 8;

/** Signature Version 4, by aws4fetch. */
export interface Signer {
  /** @param isInUrl whether the signature goes into the URL instead of the headers */
  sign(request: HTTPRequest & { readonly url: string }, credentials: S3Credentials, isInUrl: boolean): Promise<HTTPRequest>;
  /** Signs by the server's clock from now on; tells whether that makes a difference. */
  adjust(serverTime: number): boolean;
}

export function signerFor(region: string): Signer {
  const cache = new Map<string, ArrayBuffer>();
  const hash = nodeHash();
  let Direct: typeof AwsV4Signer | undefined;
  /** Milliseconds that the server's clock is ahead of this machine's. */
  let ahead = 0;
  return {
    sign: async ({ method, url, headers, body }, { accessKeyId, secretAccessKey, sessionToken }, signQuery) => {
      if (hash) Direct ??= (await import("./direct-signer.ts")).directSigner(hash);
      if (cache.size > mostKeys) cache.clear();
      const signer = new (Direct ?? AwsV4Signer)({
        method,
        url,
        headers,
        signQuery,
        accessKeyId,
        secretAccessKey,
        ...(sessionToken !== undefined && { sessionToken }),
        service: "s3",
        region,
        cache,
        datetime: new Date(Date.now() + ahead).toISOString().replace(/[:-]|\.\d{3}/g, ""),
      });
      return { ...(await signer.sign()), body };
    },
    adjust: (serverTime) => {
      const before = ahead;
      ahead = serverTime - Date.now() || 0;
      return Math.abs(ahead - before) > 10_000;
    },
  };
}
