import type { Hmac, KeyObject } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import type { NodeCrypto } from "../../runtime/node.ts";

type Parameters = ConstructorParameters<typeof AwsV4Signer>[0];

/** How many derived keys are kept: one a day for every secret. */
const mostKeys = 8;

/**
 * Signs with Node's own hashes, in place: WebCrypto hands the few bytes of a request to another thread and back, three
 * times, which takes longer than all the rest.
 */
export function directSigner({ createHash, createHmac, createSecretKey }: NodeCrypto): new (parameters: Parameters) => AwsV4Signer {
  const keys = new Map<string, KeyObject>();
  const hmac = (key: KeyObject, text: string): Hmac => createHmac("sha256", key).update(text);
  /** The key of a day. A KeyObject is several times as fast as its bytes. */
  const keyOf = (secret: string, scope: string): KeyObject => {
    const name = `${secret} ${scope}`;
    let key = keys.get(name);
    if (key === undefined) {
      key = createSecretKey(`AWS4${secret}`, "utf8");
      for (const part of scope.split("/")) key = createSecretKey(hmac(key, part).digest());
      if (keys.size >= mostKeys) keys.clear();
      keys.set(name, key);
    }
    return key;
  };
  return class extends AwsV4Signer {
    override async signature(): Promise<string> {
      return hmac(keyOf(this.secretAccessKey, this.credentialString), await this.stringToSign()).digest("hex");
    }

    override async stringToSign(): Promise<string> {
      const canonical = await this.canonicalString();
      const digest = createHash("sha256").update(canonical).digest("hex");
      return ["AWS4-HMAC-SHA256", this.datetime, this.credentialString, digest].join("\n");
    }
  };
}
