import { fromEnvironment, S3Store } from "edgewater/s3";
import { describe, expect, it } from "vitest";
import { textOf } from "../../src/object-store/s3/xml.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "very-secret-key", sessionToken: "very-secret-token" };

describe("S3Store", () => {
  it("makes no request and asks for no credentials before it is used", () => {
    const unused = (): never => {
      throw new Error("used");
    };
    expect(new S3Store({ bucket: "b", region: "r", credentials: unused, fetch: unused }).name).toBe("S3Store(b)");
  });

  it.each([
    ["no URL", "nonsense"],
    ["with credentials in it", "http://user:very-secret-key@host"],
  ])("refuses an endpoint that is %s, without printing it", (_, endpoint) => {
    const make = (): unknown => new S3Store({ bucket: "b", region: "r", credentials, endpoint });
    expect(make).toThrow(
      expect.objectContaining({ code: "SettingsError", field: "endpoint", message: expect.not.stringContaining("very-secret") }),
    );
  });

  it("says which host cannot be reached, and prints no secret", async () => {
    const store = new S3Store({ bucket: "b", region: "r", credentials, endpoint: "http://127.0.0.1:1" });
    const error = await store.get("k").catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: "Unavailable", message: expect.stringContaining("http://127.0.0.1:1"), key: "k" });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("very-secret");
  });

  it("addresses AWS by the bucket's host and sends the session token", async () => {
    const requests: { url: string; headers: Headers }[] = [];
    const send = async (url: URL | RequestInfo, init?: RequestInit): Promise<Response> => {
      requests.push({ url: String(url), headers: new Headers(init?.headers) });
      return new Response(null, { headers: { etag: '"1"' } });
    };
    await new S3Store({ bucket: "quakes", region: "eu-west-1", credentials, fetch: send as typeof fetch }).put("a b/c+d", "x");
    expect(requests[0]?.url).toBe("https://quakes.s3.eu-west-1.amazonaws.com/a%20b/c%2Bd");
    expect(requests[0]?.headers.get("x-amz-security-token")).toBe("very-secret-token");
    expect(requests[0]?.headers.get("authorization")).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/s3\/aws4_request/,
    );
  });
});

describe("fromEnvironment", () => {
  const env = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
  it("reads the variables when it is asked", () => {
    expect(fromEnvironment(env)()).toEqual({ accessKeyId: "id", secretAccessKey: "secret", sessionToken: undefined });
    expect(fromEnvironment({ ...env, AWS_SESSION_TOKEN: "t" })()).toMatchObject({ sessionToken: "t" });
  });
  it.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])("says that %s is missing", (name) => {
    expect(fromEnvironment({ ...env, [name]: "" })).toThrow(expect.objectContaining({ code: "SettingsError", field: name }));
  });
});

describe("S3's XML", () => {
  it("is decoded", () => {
    expect(textOf("<Key>a &amp; b &lt;&#x1F30A;&#233;&quot;&unknown;</Key>", "Key")).toBe('a & b <🌊é"&unknown;');
    expect(textOf("<Error/>", "Code")).toBeUndefined();
  });
});
