import { AwsV4Signer } from "aws4fetch";
import { EdgewaterError } from "../../errors.ts";
import type { HTTPRequest } from "../client/exchange.ts";
import type { S3Credentials } from "./credentials.ts";

/** Number of derived keys to cache: one per day and secret. */
const maxCachedKeys = 8;

/** A request to sign. */
interface UnsignedRequest extends HTTPRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** Signs requests with AWS Signature Version 4 (aws4fetch). */
export interface Signer {
  /**
   * @param time the time of the signature, in milliseconds since 1970
   * @param isInUrl whether the signature goes into the URL instead of the headers
   * @throws `SettingsError` when the credentials are incomplete; `TypeError` for a value that cannot be a header
   */
  readonly sign: (request: UnsignedRequest, credentials: S3Credentials, time: number, isInUrl?: boolean) => Promise<HTTPRequest>;
}

/** A signer with its own cache of derived keys. */
export function createSigner(region: string): Signer {
  const cache = new Map<string, ArrayBuffer>();
  return {
    sign: async (request, { accessKeyId, secretAccessKey, sessionToken }, time, isInUrl = false) => {
      if (!accessKeyId || !secretAccessKey) {
        const message = "Cannot sign a request to S3: the credentials lack accessKeyId or secretAccessKey; set both";
        throw new EdgewaterError("SettingsError", message, { field: "credentials" });
      }
      if (cache.size > maxCachedKeys) cache.clear();
      const { method, url, headers, body } = request;
      const datetime = new Date(time).toISOString().replace(/[:-]|\.\d{3}/g, "");
      const signer = new AwsV4Signer({
        method,
        url,
        headers,
        accessKeyId,
        secretAccessKey,
        ...(sessionToken && { sessionToken }),
        service: "s3",
        region,
        cache,
        datetime,
        signQuery: isInUrl,
      });
      const signed = await signer.sign();
      return { method: signed.method, url: signed.url, headers: signed.headers, body };
    },
  };
}
