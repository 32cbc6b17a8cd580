import { fromEnvironment, S3Store } from "edgewater/s3";
import { describe, expect, it } from "vitest";
import { parseXml } from "../../../src/object-store/client/answer/xml.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "very-secret-key", sessionToken: "very-secret-token" };

describe("S3Store", () => {
  it("sends no request and asks for no credentials when it is constructed", () => {
    const unused = (): never => {
      throw new Error("used");
    };
    expect(new S3Store({ bucket: "b", region: "r", credentials: unused, fetch: unused }).name).toBe("S3Store(b)");
  });

  it.each([
    ["not a URL", "nonsense"],
    ["a URL with credentials", "http://user:very-secret-key@host"],
  ])("refuses an endpoint that is %s, without showing it", (_, endpoint) => {
    const make = (): unknown => new S3Store({ bucket: "b", region: "r", credentials, endpoint });
    expect(make).toThrow(
      expect.objectContaining({ code: "SettingsError", field: "endpoint", message: expect.not.stringContaining("very-secret") }),
    );
  });

  it("names the host that cannot be reached, without showing a secret", async () => {
    const store = new S3Store({ bucket: "b", region: "r", credentials, endpoint: "http://127.0.0.1:1" });
    const error = await store.get("k").catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code: "Unavailable", message: expect.stringContaining("http://127.0.0.1:1"), key: "k" });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain("very-secret");
  });

  it("sends requests to the bucket's host at AWS, with the session token", async () => {
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

describe("the URL of a bucket", () => {
  it.each([
    [{}, "https://quakes.s3.eu-west-1.amazonaws.com/k"],
    [{ region: "cn-north-1" }, "https://quakes.s3.cn-north-1.amazonaws.com.cn/k"],
    [{ bucket: "quakes.example" }, "https://s3.eu-west-1.amazonaws.com/quakes.example/k"],
    [{ bucket: "quakes.example", style: "virtual-host" }, "https://quakes.example.s3.eu-west-1.amazonaws.com/k"],
    [{ style: "path" }, "https://s3.eu-west-1.amazonaws.com/quakes/k"],
    [{ endpoint: "http://host:9000" }, "http://host:9000/quakes/k"],
    [{ endpoint: "http://host:9000/base/" }, "http://host:9000/base/quakes/k"],
    [{ endpoint: "http://host:9000", style: "virtual-host" }, "http://quakes.host:9000/k"],
  ] as const)("for %j is %s", async (options, url) => {
    const { requests, send } = recorder();
    await new S3Store({ bucket: "quakes", region: "eu-west-1", credentials, fetch: send, ...options }).head("k");
    expect(requests[0]?.url).toBe(url);
  });
});

/** A `fetch` that records its requests and makes up the answers. */
function recorder(answer: (request: Request) => ResponseInit = () => ({})) {
  const requests: Request[] = [];
  const send: typeof fetch = async (input, init) => {
    const request = new Request(input, { ...init, body: null });
    requests.push(request);
    const { headers, ...rest } = answer(request);
    return new Response(null, { ...rest, headers: { etag: '"1"', ...headers } });
  };
  return { requests, send };
}

describe("If-Match", () => {
  const forms = (requests: readonly Request[]): (string | null)[] =>
    requests.filter(({ method }) => method === "PUT").map(({ headers }) => headers.get("if-match"));

  it.each([{}, { endpoint: "http://host" }])("has quotes where the server accepts them (%j)", async (options) => {
    const { requests, send } = recorder();
    const store = new S3Store({ bucket: "b", region: "r", credentials, fetch: send, ...options });
    for (let round = 0; round < 2; round++) await store.put("k", "x", { mode: { ifMatch: '"1"' } });
    expect(forms(requests)).toEqual(['"1"', '"1"']);
    expect(requests.map(({ method }) => method)).toEqual(["HEAD", "PUT", "PUT"]);
  });

  it("has no quotes from then on where the server refuses only the form with quotes", async () => {
    const { requests, send } = recorder(({ headers }) => (headers.get("if-match")?.startsWith('"') ? { status: 412 } : {}));
    const store = new S3Store({ bucket: "b", region: "r", credentials, fetch: send, endpoint: "http://host" });
    for (let round = 0; round < 2; round++) await store.put("k", "x", { mode: { ifMatch: '"1"' } });
    expect(forms(requests)).toEqual(['"1"', "1", "1"]);
  });

  it("keeps its quotes when the refusal is correct", async () => {
    const { requests, send } = recorder(({ method }) => (method === "PUT" ? { status: 412 } : { headers: { etag: '"2"' } }));
    const store = new S3Store({ bucket: "b", region: "r", credentials, fetch: send, endpoint: "http://host" });
    await store.head("k");
    for (let round = 0; round < 2; round++) {
      await expect(store.put("k", "x", { mode: { ifMatch: '"1"' } })).rejects.toMatchObject({ code: "PreconditionFailed" });
    }
    expect(forms(requests).every((form) => form?.startsWith('"'))).toBe(true);
  });
});

describe("fromEnvironment", () => {
  const env = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
  it("reads the variables when it is called", () => {
    expect(fromEnvironment(env)()).toEqual({ accessKeyId: "id", secretAccessKey: "secret", sessionToken: undefined });
    expect(fromEnvironment({ ...env, AWS_SESSION_TOKEN: "t" })()).toMatchObject({ sessionToken: "t" });
  });
  it.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])("refuses a missing %s", (name) => {
    expect(fromEnvironment({ ...env, [name]: "" })).toThrow(expect.objectContaining({ code: "SettingsError", field: name }));
  });
});

describe("the XML of answers", () => {
  it("is decoded", () => {
    expect(parseXml("<Key>a &amp; b &lt;&#x1F30A;&#233;&quot;&unknown;</Key>")?.text).toBe('a & b <🌊é"&unknown;');
  });
});
