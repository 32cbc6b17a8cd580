import { AwsV4Signer } from "aws4fetch";
import type { HTTPRequest } from "../transport/exchange.ts";
import type { S3Credentials } from "./credentials.ts";

/** How many derived keys are kept: one a day for every secret. */
const mostKeys = 8;

/** Signature Version 4, by aws4fetch. */
export class Signer {
  readonly #region: string;
  readonly #keys = new Map<string, ArrayBuffer>();
  /** Milliseconds that the server's clock is ahead of this machine's. */
  #offset = 0;

  constructor(region: string) {
    this.#region = region;
  }

  async sign({ method, url, headers, body }: HTTPRequest, credentials: S3Credentials): Promise<HTTPRequest> {
    return { ...(await this.#signer({ method, url: String(url), headers }, credentials).sign()), body };
  }

  /** A URL that carries its signature, good for a number of seconds. */
  async presign(method: string, url: URL, seconds: number, credentials: S3Credentials): Promise<string> {
    url.searchParams.set("X-Amz-Expires", String(seconds));
    return (await this.#signer({ method, url: url.href, signQuery: true }, credentials).sign()).url.href;
  }

  /** Signs by the server's clock from now on; tells whether that makes a difference. */
  adjust(serverTime: number): boolean {
    const offset = serverTime - Date.now();
    if (Number.isNaN(offset) || Math.abs(offset - this.#offset) < 10_000) return false;
    this.#offset = offset;
    return true;
  }

  #signer(
    request: { method: string; url: string; headers?: HTTPRequest["headers"]; signQuery?: boolean },
    { accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
  ): AwsV4Signer {
    if (this.#keys.size > mostKeys) this.#keys.clear();
    return new AwsV4Signer({
      ...request,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      service: "s3",
      region: this.#region,
      cache: this.#keys,
      datetime: new Date(Date.now() + this.#offset).toISOString().replace(/[:-]|\.\d{3}/g, ""),
    });
  }
}
