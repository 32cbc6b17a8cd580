import { hash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directSigner } from "../../src/object-store/s3/direct-signer.ts";
import { signerFor } from "../../src/object-store/s3/signer.ts";
import { encodeKey } from "../../src/object-store/transport/encode.ts";

const region = "eu-west-1";
const sign = directSigner(hash, region);

interface Given {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly datetime: string;
}

/** What both send, without what fetch adds itself. */
async function both({ datetime, secretAccessKey, sessionToken, ...request }: Given): Promise<[unknown, unknown]> {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey, sessionToken };
  const token = sessionToken === undefined ? {} : { sessionToken };
  const theirs = await new AwsV4Signer({ ...request, ...credentials, ...token, service: "s3", region, datetime } as never).sign();
  return [[...new Headers(sign(request, credentials, datetime))], [...theirs.headers]];
}

describe("Signing in place", () => {
  const days = ["20261125T120000Z", "20261126T000000Z"];
  // HMAC hashes keys of more than 64 bytes first, and AWS4 stands before each.
  const secrets = ["very-secret-key", "ключ/+=", "", "k".repeat(60), "k".repeat(61), "k".repeat(200)];
  const requests = [
    { method: "GET", url: "https://b.s3.eu-west-1.amazonaws.com/a%20b/c%2Bd", headers: { range: "bytes=0-1", "if-match": ' "1  2" ' } },
    { method: "PUT", url: "http://127.0.0.1:1/b/%F0%9F%8C%8A", headers: { "content-type": "text/plain", "x-amz-meta-a": "b  c" } },
    { method: "HEAD", url: "https://b.example.com:443/", headers: {} },
  ];
  const cases = requests.flatMap((request) =>
    secrets.flatMap((secretAccessKey) =>
      days.map((datetime) => ({ ...request, secretAccessKey, datetime, sessionToken: secretAccessKey === "" ? undefined : "token" })),
    ),
  );

  it.each(cases)("signs $method $url of $datetime with “$secretAccessKey” as aws4fetch does", async (given) => {
    const [ours, theirs] = await both(given);
    expect(ours).toEqual(theirs);
  });

  it("signs every key and every metadata as aws4fetch does", async () => {
    const key = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !text.split("/").some((part) => /^\.{0,2}$/.test(part)));
    const name = fc.stringMatching(/^x-amz-meta-[a-z0-9-]{1,8}$/);
    const value = fc.stringMatching(/^[\x20-\x7e]{0,20}$/);
    const property = fc.asyncProperty(
      key,
      fc.dictionary(name, value, { noNullPrototype: true }),
      fc.string(),
      async (of, headers, secret) => {
        const url = `http://127.0.0.1:8000/bucket/${encodeKey(of)}`;
        const [ours, theirs] = await both({ method: "PUT", url, headers, secretAccessKey: secret, datetime: days[0] as string });
        expect(ours).toEqual(theirs);
      },
    );
    await fc.assert(property);
  });

  it.each(["http://127.0.0.1:1/b/k?uploads=", "http://127.0.0.1:1/(a)/b/k", "http://[::1]:1/b/k"])(
    "leaves %s to aws4fetch",
    async (url) => {
      const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
      const { headers } = await signerFor(region).sign({ method: "GET", url, headers: {} }, credentials, false);
      const datetime = new Headers(headers).get("x-amz-date") ?? "";
      const theirs = await new AwsV4Signer({ method: "GET", url, ...credentials, service: "s3", region, datetime }).sign();
      expect([...new Headers(headers)]).toEqual([...theirs.headers]);
    },
  );
});
