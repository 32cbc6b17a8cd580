import { hash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeKey } from "../../../src/encoding/percent.ts";
import { directSigner } from "../../../src/object-store/s3/direct-signer.ts";
import { signerFor } from "../../../src/object-store/s3/signer.ts";

const region = "eu-west-1";
const sign = directSigner(hash);

interface Given {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly datetime: string;
  readonly region?: string;
}

/** What both send, without what fetch adds itself. */
async function both({ sessionToken, ...request }: Given): Promise<[unknown, unknown]> {
  const parameters = { region, accessKeyId: "AKIDEXAMPLE", ...request, ...(sessionToken !== undefined && { sessionToken }) };
  const theirs = await new AwsV4Signer({ ...parameters, service: "s3" }).sign();
  return [[...sign(parameters)], [...theirs.headers]];
}

describe("Signing in place", () => {
  const days = ["20261125T120000Z", "20261126T000000Z"];
  // HMAC hashes keys of more than 64 bytes first, and AWS4 stands before each.
  const secrets = ["very-secret-key", "ключ/+=", " ", "k".repeat(60), "k".repeat(61), "k".repeat(200)];
  const requests = [
    { method: "GET", url: "https://b.s3.eu-west-1.amazonaws.com/a%20b/c%2Bd", headers: { range: "bytes=0-1", "if-match": ' "1  2" ' } },
    { method: "PUT", url: "http://127.0.0.1:1/b/%F0%9F%8C%8A", headers: { "content-type": "text/plain", "x-amz-meta-a": "b  c" } },
    { method: "HEAD", url: "https://b.example.com:443/", headers: {} },
    { method: "GET", url: "http://[::1]:1/(a)/caf%c3%a9/%41+%7e/b/k", headers: { "if-match": "\u00a0é" } },
    { method: "GET", url: "http://127.0.0.1:1/100%/tenant:b/k", headers: {}, region: "" },
  ];
  const cases = requests.flatMap((request) =>
    secrets.flatMap((secretAccessKey) =>
      days.map((datetime) => ({ ...request, secretAccessKey, datetime, sessionToken: secretAccessKey === " " ? undefined : "token" })),
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
      fc.string({ minLength: 1 }),
      async (of, headers, secret) => {
        const url = `http://127.0.0.1:8000/bucket/${encodeKey(of)}`;
        const [ours, theirs] = await both({ method: "PUT", url, headers, secretAccessKey: secret, datetime: days[0] as string });
        expect(ours).toEqual(theirs);
      },
    );
    await fc.assert(property);
  });

  it("leaves what has a query to aws4fetch", async () => {
    const request = { method: "POST", url: "http://127.0.0.1:1/b/k?uploads=", headers: {} };
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
    const { headers } = await signerFor(region).sign(request, credentials, false);
    const datetime = new Headers(headers).get("x-amz-date") ?? "";
    const theirs = await new AwsV4Signer({ ...request, ...credentials, service: "s3", region, datetime }).sign();
    expect([...new Headers(headers)]).toEqual([...theirs.headers]);
  });

  it("takes credentials that have getters", async () => {
    class Rotating {
      get accessKeyId(): string {
        return "AKIDEXAMPLE";
      }
      get secretAccessKey(): string {
        return "secret";
      }
    }
    const signer = signerFor(region);
    for (const query of ["", "?uploads="]) {
      const request = { method: "POST", url: `http://127.0.0.1:1/b/k${query}`, headers: {} };
      const { headers } = await signer.sign(request, new Rotating(), false);
      expect(new Headers(headers).get("authorization")).toContain("Credential=AKIDEXAMPLE/");
    }
  });

  it("refuses what cannot be a header, and credentials that are not there, before anything is sent", async () => {
    const request = { method: "GET", url: "http://127.0.0.1:1/b/k", headers: {} };
    const sent = (given: object): Promise<unknown> =>
      signerFor(region).sign({ ...request, ...given }, { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", ...given }, false);
    await expect(sent({ headers: { "if-match": '"ключ"' } })).rejects.toThrow(TypeError);
    await expect(sent({ sessionToken: "a\nb" })).rejects.toThrow(TypeError);
    await expect(sent({ secretAccessKey: undefined })).rejects.toMatchObject({ code: "SettingsError", field: "credentials" });
  });
});
