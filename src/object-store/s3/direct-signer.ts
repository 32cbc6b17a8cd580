import type { NodeHash } from "../../runtime/node.ts";
import type { HTTPRequest } from "../transport/exchange.ts";
import type { S3Credentials } from "./credentials.ts";

/** A request to be signed. */
export interface Unsigned extends HTTPRequest {
  readonly url: string;
  /** By names in lower case. */
  readonly headers: Record<string, string>;
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
export type DirectSigner = (request: Unsigned, credentials: S3Credentials, datetime: string) => Record<string, string>;

/**
 * Signs requests without a query, whose path is encoded already, in place with Node's own hashes: the WebCrypto of aws4fetch
 * hands the few bytes of a request to another thread and back, which takes longer than all the rest. So does what Node
 * sets up for an HMAC of its own, which is made of two hashes here.
 *
 * Signature Version 4 is that of the
 * [S3 API](https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html), HMAC is RFC 2104.
 */
export function directSigner(hash: NodeHash, region: string): DirectSigner {
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
  const derived = (secret: string, day: string): Key => {
    const name = `${day} ${secret}`;
    let key = keys.get(name);
    if (key === undefined) {
      key = keyOf(encoder.encode(`AWS4${secret}`));
      for (const part of [day, region, "s3", "aws4_request"]) key = keyOf(hmac(key, part));
      if (keys.size >= mostKeys) keys.clear();
      keys.set(name, key);
    }
    return key;
  };
  return ({ method, url, headers }, { accessKeyId, secretAccessKey, sessionToken }, datetime) => {
    const { host, pathname } = new URL(url);
    const sent: Record<string, string> = {
      ...headers,
      "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
      "x-amz-date": datetime,
      ...(sessionToken && { "x-amz-security-token": sessionToken }),
    };
    // As aws4fetch, it does not sign what lies between may change.
    const signed: Record<string, string> = { ...sent, host };
    const names = Object.keys(signed).filter((name) => name !== "content-type" && name !== "range");
    const lines = names.sort().map((name) => `${name}:${signed[name]?.trim().replace(/\s+/g, " ")}\n`);
    const canonical = [method, pathname, "", lines.join(""), names.join(";"), "UNSIGNED-PAYLOAD"].join("\n");
    const day = datetime.slice(0, 8);
    const scope = `${day}/${region}/s3/aws4_request`;
    const text = ["AWS4-HMAC-SHA256", datetime, scope, hash("sha256", canonical, "hex")].join("\n");
    const signature = hmac(derived(secretAccessKey, day), text).toString("hex");
    sent["authorization"] = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
    return sent;
  };
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(left.length + right.length);
  bytes.set(left);
  bytes.set(right, left.length);
  return bytes;
}
