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

describe("a batch of deletes", () => {
  const answers = (...given: (readonly [string, number?])[]) => {
    const bodies: string[] = [];
    const send: typeof fetch = async (_, init) => {
      bodies.push(new TextDecoder().decode(init?.body as Uint8Array));
      const [text, status = 200] = given[bodies.length - 1] ?? ["<DeleteResult></DeleteResult>"];
      return new Response(text, { status });
    };
    const retry = { maxRetries: 2, delayMs: 1 };
    return { bodies, store: new S3Store({ bucket: "b", region: "r", endpoint: "http://s3.test", credentials, retry, fetch: send }) };
  };
  const errorFor = (key: string, code: string): string =>
    `<DeleteResult><Error><Key>${key}</Key><Code>${code}</Code></Error></DeleteResult>`;

  it.each([
    ["one key met InternalError", errorFor("b", "InternalError"), 200],
    ["one key met SlowDown", errorFor("b", "SlowDown"), 200],
    ["the answer with status 200 is an error", "<Error><Code>SlowDown</Code></Error>", 200],
    ["the answer is cut off", "<DeleteResult><Error><Key>b</Key>", 200],
    ["the server is busy", "<Error><Code>SlowDown</Code></Error>", 503],
  ])("is sent again when %s", async (_, body, status) => {
    const { bodies, store } = answers([body, status]);
    await store.delete(["a", "b"]);
    expect(bodies).toHaveLength(2);
  });

  it("sends again only the keys that were not deleted, a limited number of times", async () => {
    const busy = [errorFor("b", "InternalError")] as const;
    const { bodies, store } = answers(busy, busy, busy, busy);
    await expect(store.delete(["a", "b"])).rejects.toMatchObject({ code: "Unavailable", key: "b" });
    expect(bodies.map((body) => body.includes("<Key>a</Key>"))).toEqual([true, false, false]);
  });

  it("is not sent again after a refusal, and takes no word about another key", async () => {
    const denied = answers([errorFor("b", "AccessDenied")]);
    await expect(denied.store.delete(["a", "b"])).rejects.toMatchObject({ code: "PermissionDenied", key: "b" });
    expect(denied.bodies).toHaveLength(1);
    const other = answers([errorFor("c", "InternalError")]);
    await expect(other.store.delete(["a", "b"])).rejects.toMatchObject({ code: "Unavailable" });
  });
});

describe("a copy by the server", () => {
  it("is sent again when the answer with status 200 is an error", async () => {
    const bodies = ["<Error><Code>InternalError</Code></Error>", '<CopyObjectResult><ETag>"2"</ETag></CopyObjectResult>'];
    const send: typeof fetch = async () => new Response(bodies.shift());
    const store = new S3Store({ bucket: "b", region: "r", credentials, retry: { delayMs: 1 }, fetch: send });
    expect(await store.copy("a", "c")).toEqual({ etag: '"2"' });
  });
});

describe("a HEAD that is answered with 301", () => {
  it("names the bucket's region", async () => {
    const send: typeof fetch = async () => new Response(null, { status: 301, headers: { "x-amz-bucket-region": "eu-west-1" } });
    const store = new S3Store({ bucket: "b", region: "us-east-1", credentials, fetch: send });
    await expect(store.head("k")).rejects.toMatchObject({ code: "SettingsError", message: expect.stringContaining("eu-west-1") });
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
