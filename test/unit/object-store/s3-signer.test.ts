import { AwsV4Signer } from "aws4fetch";
import { describe, expect, it } from "vitest";
import { createSigner } from "../../../src/object-store/s3/signer.ts";

const region = "eu-west-1";
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const time = Date.UTC(2026, 10, 25, 12);

describe("signing requests to S3", () => {
  it.each(["", "?uploads="])("signs with Signature Version 4, at the given time (%j)", async (query) => {
    const request = { method: "POST", url: `http://127.0.0.1:1/b/k${query}`, headers: { "x-amz-meta-a": "b" } };
    const { headers } = await createSigner(region).sign(request, credentials, time);
    const expected = await new AwsV4Signer({ ...request, ...credentials, service: "s3", region, datetime: "20261125T120000Z" }).sign();
    expect([...new Headers(headers)]).toEqual([...expected.headers]);
  });

  it("signs the same with a cached key as with a new one", async () => {
    const request = { method: "GET", url: "http://127.0.0.1:1/b/k", headers: {} };
    const signer = createSigner(region);
    const signatures = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        // Ten secrets, more than are cached, on three days.
        const secretAccessKey = `secret-${index % 10}`;
        const at = time + Math.floor(index / 10) * 86_400_000;
        const again = createSigner(region).sign(request, { ...credentials, secretAccessKey }, at);
        const { headers } = await signer.sign(request, { ...credentials, secretAccessKey }, at);
        return [new Headers(headers).get("authorization"), new Headers((await again).headers).get("authorization")];
      }),
    );
    for (const [cached, fresh] of signatures) expect(cached).toBe(fresh);
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
    const request = { method: "POST", url: "http://127.0.0.1:1/b/k", headers: {} };
    const { headers } = await createSigner(region).sign(request, new Rotating(), time);
    expect(new Headers(headers).get("authorization")).toContain("Credential=AKIDEXAMPLE/");
  });

  it("refuses values that cannot be headers, and incomplete credentials", async () => {
    const request = { method: "GET", url: "http://127.0.0.1:1/b/k", headers: {} };
    const sign = (given: object): Promise<unknown> =>
      createSigner(region).sign({ ...request, ...given }, { ...credentials, ...given }, time);
    await expect(sign({ headers: { "if-match": '"ключ"' } })).rejects.toThrow(TypeError);
    await expect(sign({ sessionToken: "a\nb" })).rejects.toThrow(TypeError);
    await expect(sign({ secretAccessKey: undefined })).rejects.toMatchObject({ code: "SettingsError", field: "credentials" });
  });
});
