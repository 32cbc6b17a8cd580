import { encodeKey } from "../../encoding/percent.ts";
import { EdgewaterError } from "../../errors.ts";
import type { NodeHash } from "../../runtime/node.ts";
import type { S3Credentials } from "./credentials.ts";

/** A request without a query, and what it is signed with, by the names of aws4fetch. */
export interface Signable extends Omit<S3Credentials, "expiration"> {
  readonly method: string;
  readonly url: string;
  /** By names in lower case. */
  readonly headers: Record<string, string>;
  readonly region: string;
  readonly datetime: string;
}

/** How many derived keys are kept: one a day for every secret. */
const mostKeys = 8;

/** Bytes that SHA-256 takes at a time. */
const blockSize = 64;

/** What a key puts in front of the text, and then in front of its hash. */
interface Key {
  readonly inner: Uint8Array;
  readonly outer: Uint8Array;
}

/** The headers of a request, its signature among them. */
export type DirectSigner = (request: Signable) => Headers;

/**
 * Signs requests without a query, of which there are many, in place with Node's own hashes: the WebCrypto of aws4fetch
 * hands the few bytes of a request to another thread and back, which takes longer than all the rest. So does what Node
 * sets up for an HMAC of its own, which is made of two hashes here.
 *
 * Signature Version 4 is that of the
 * [S3 API](https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html), HMAC is RFC 2104.
 */
export function directSigner(hash: NodeHash): DirectSigner {
  const keys = new Map<string, Key>();
  const encoder = new TextEncoder();
  const sha256 = (left: Uint8Array, right: Uint8Array): Buffer => hash("sha256", concat(left, right), "buffer");
  const hmac = ({ inner, outer }: Key, text: string): Buffer => sha256(outer, sha256(inner, encoder.encode(text)));
  const keyOf = (secret: Uint8Array): Key => {
    const bytes = secret.length > blockSize ? hash("sha256", secret, "buffer") : secret;
    const padded = (pad: number): Uint8Array => Uint8Array.from({ length: blockSize }, (_, index) => (bytes[index] ?? 0) ^ pad);
    return { inner: padded(0x36), outer: padded(0x5c) };
  };
  /** The key of a day. */
  const derived = (secret: string, scope: string): Key => {
    const name = `${scope} ${secret}`;
    let key = keys.get(name);
    if (key === undefined) {
      key = keyOf(encoder.encode(`AWS4${secret}`));
      for (const part of scope.split("/")) key = keyOf(hmac(key, part));
      if (keys.size > mostKeys) keys.clear();
      keys.set(name, key);
    }
    return key;
  };
  return ({ method, url, headers, accessKeyId, secretAccessKey, sessionToken, region, datetime }) => {
    if (!accessKeyId || !secretAccessKey) {
      const problem = "S3 credentials need an accessKeyId and a secretAccessKey";
      throw new EdgewaterError("SettingsError", problem, { field: "credentials" });
    }
    const { host, pathname } = new URL(url);
    const sent = new Headers({
      ...headers,
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      "x-amz-date": datetime,
      ...(sessionToken && { "x-amz-security-token": sessionToken }),
    });
    // As aws4fetch does, it leaves out what proxies may change.
    const names = ["host", ...sent.keys()].filter((name) => name !== "content-type" && name !== "range").sort();
    const lines = names.map((name) => `${name}:${name === "host" ? host : sent.get(name)?.replace(/\s+/g, " ")}\n`);
    const canonical = [method, canonicalPath(pathname), "", lines.join(""), names.join(";"), "UNSIGNED-PAYLOAD"].join("\n");
    const scope = `${datetime.slice(0, 8)}/${region || "us-east-1"}/s3/aws4_request`;
    const text = ["AWS4-HMAC-SHA256", datetime, scope, hash("sha256", canonical, "hex")].join("\n");
    const signature = hmac(derived(secretAccessKey, scope), text).toString("hex");
    sent.set(
      "authorization",
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
    );
    return sent;
  };
}

/** An endpoint's own path may be encoded in other ways than keys are. */
function canonicalPath(path: string): string {
  try {
    return encodeKey(decodeURIComponent(path.replaceAll("+", " ")));
  } catch {
    return encodeKey(path);
  }
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(left.length + right.length);
  bytes.set(left);
  bytes.set(right, left.length);
  return bytes;
}
