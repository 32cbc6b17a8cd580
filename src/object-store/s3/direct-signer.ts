import { AwsV4Signer } from "aws4fetch";
import type { NodeHash } from "../../runtime/node.ts";

type Parameters = ConstructorParameters<typeof AwsV4Signer>[0];

/** How many derived keys are kept: one a day for every secret. */
const mostKeys = 8;

/** Bytes that SHA-256 takes at a time. */
const blockSize = 64;

/** What a key puts in front of the text, and then in front of its hash. */
interface Key {
  readonly inner: Uint8Array;
  readonly outer: Uint8Array;
}

/**
 * Signs with Node's own hashes, in place: WebCrypto hands the few bytes of a request to another thread and back, three
 * times, which takes longer than all the rest. So does what Node sets up for an HMAC of its own, which is made of two
 * hashes here (RFC 2104).
 */
export function directSigner(hash: NodeHash): new (parameters: Parameters) => AwsV4Signer {
  const keys = new Map<string, Key>();
  const encoder = new TextEncoder();
  const sha256 = (left: Uint8Array, right: Uint8Array): Buffer => hash("sha256", concat(left, right), "buffer");
  const keyOf = (secret: Uint8Array): Key => {
    const bytes = secret.length > blockSize ? hash("sha256", secret, "buffer") : secret;
    const padded = (pad: number): Uint8Array => Uint8Array.from({ length: blockSize }, (_, index) => (bytes[index] ?? 0) ^ pad);
    return { inner: padded(0x36), outer: padded(0x5c) };
  };
  const hmac = ({ inner, outer }: Key, text: string): Buffer => sha256(outer, sha256(inner, encoder.encode(text)));
  /** The key of a day. */
  const derive = (secret: string, scope: string): Key => {
    const name = `${secret} ${scope}`;
    let key = keys.get(name);
    if (key === undefined) {
      key = keyOf(encoder.encode(`AWS4${secret}`));
      for (const part of scope.split("/")) key = keyOf(hmac(key, part));
      if (keys.size >= mostKeys) keys.clear();
      keys.set(name, key);
    }
    return key;
  };
  return class extends AwsV4Signer {
    override async signature(): Promise<string> {
      const digest = hash("sha256", await this.canonicalString(), "hex");
      const text = ["AWS4-HMAC-SHA256", this.datetime, this.credentialString, digest].join("\n");
      return hmac(derive(this.secretAccessKey, this.credentialString), text).toString("hex");
    }
  };
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(left.length + right.length);
  bytes.set(left);
  bytes.set(right, left.length);
  return bytes;
}
