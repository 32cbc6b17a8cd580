import type { HTTPRequest } from "../client/exchange.ts";
import type { AzureCredentials } from "./credentials.ts";

/** The version of the service's API that requests and signatures follow. */
export const version = "2021-12-02";

/** Puts into requests what lets them pass: Shared Key, a shared access signature, or a bearer token. */
export interface Signer {
  sign(request: HTTPRequest, credentials: AzureCredentials): Promise<HTTPRequest>;
  /** Now, by the server's clock, in milliseconds. */
  now(): number;
  /** Signs by the server's clock from now on; tells whether that makes a difference. */
  adjust(serverTime: number): boolean;
}

export function signerFor(account: string, store: string): Signer {
  /** Milliseconds that the server's clock is ahead of this machine's. */
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  return {
    now,
    sign: async ({ method, url, headers, body }, credentials) => {
      const all = new Headers(headers);
      all.set("x-ms-version", version);
      // Browsers let nobody set Date.
      all.set("x-ms-date", new Date(now()).toUTCString());
      if ("sasToken" in credentials) return { method, url: withSignature(String(url), credentials.sasToken), headers: all, body };
      let authorization: string;
      if ("accessToken" in credentials) {
        authorization = `Bearer ${credentials.accessToken}`;
      } else {
        const { canonical, signature } = await import("./shared-key.ts");
        const text = canonical(account, method, url, all, body instanceof Blob ? body.size : body?.byteLength);
        authorization = `SharedKey ${account}:${await signature(text, credentials.accountKey, store)}`;
      }
      all.set("authorization", authorization);
      return { method, url, headers: all, body };
    },
    adjust: (serverTime) => {
      const before = ahead;
      ahead = serverTime - Date.now() || 0;
      return Math.abs(ahead - before) > 60_000;
    },
  };
}

/** A URL with a shared access signature in its query. */
export function withSignature(url: string, sasToken: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}${sasToken.replace(/^\?/, "")}`;
}
