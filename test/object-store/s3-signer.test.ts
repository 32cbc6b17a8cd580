import { hash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import { describe, expect, it } from "vitest";
import { directSigner } from "../../src/object-store/s3/direct-signer.ts";

const Direct = directSigner(hash);

describe("Signing in place", () => {
  const days = ["20261125T120000Z", "20261126T000000Z"];
  // HMAC hashes keys of more than 64 bytes first, and AWS4 stands before each.
  const secrets = ["very-secret-key", "ключ/+=", "", "k".repeat(60), "k".repeat(61), "k".repeat(200)];
  const requests = [
    { method: "GET", url: "https://b.s3.eu-west-1.amazonaws.com/a%20b/c%2Bd", headers: { range: "bytes=0-1", "if-match": '"1"' } },
    { method: "PUT", url: "http://127.0.0.1:1/b/%F0%9F%8C%8A?partNumber=1&uploadId=x%2Fy", headers: { "x-amz-meta-a": "b  c" } },
    { method: "GET", url: "http://127.0.0.1:1/b/k?X-Amz-Expires=60", headers: {}, signQuery: true },
  ];
  const cases = requests.flatMap((request) =>
    secrets.flatMap((secretAccessKey) => days.map((datetime) => ({ ...request, secretAccessKey, datetime }))),
  );

  it.each(cases)("signs $method $url of $datetime with “$secretAccessKey” as aws4fetch does", async (given) => {
    const parameters = { ...given, accessKeyId: "AKIDEXAMPLE", sessionToken: "token", service: "s3", region: "eu-west-1" };
    const [ours, theirs] = await Promise.all([new Direct(parameters).sign(), new AwsV4Signer(parameters).sign()]);
    expect([ours.url.href, ...ours.headers]).toEqual([theirs.url.href, ...theirs.headers]);
  });
});
