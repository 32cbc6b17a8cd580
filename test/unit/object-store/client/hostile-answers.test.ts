/** Every answer of a server that lies, breaks off or is no storage service becomes the right error, in every HTTP store. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isEdgewaterError } from "edgewater";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Answer, hostileAnswers } from "../../../support/hostile-answers.ts";
import { call, escaped, type Service, services, type Transport } from "../../../support/http-stores.ts";

const quick: Transport = { retry: { maxRetries: 0 }, timeoutMs: 30_000 };

let answerOf: (request: IncomingMessage) => Answer;
let requests: IncomingMessage[] = [];
const handle = (request: IncomingMessage, response: ServerResponse): void => {
  requests.push(request);
  request.resume().on("end", () => respond(response, answerOf(request), request.method === "HEAD"));
};

function respond(response: ServerResponse, { status = 200, headers = {}, body = "", afterwards }: Answer, isHead: boolean): void {
  response.writeHead(status, headers);
  if (afterwards === undefined || isHead) {
    response.end(isHead ? undefined : body);
  } else if (afterwards === "breaks off") {
    response.write(body, () => response.destroy());
  } else {
    response.write(body);
    const timer = afterwards === "drips without end" ? setInterval(() => response.write(" "), 50) : undefined;
    response.on("close", () => clearInterval(timer));
  }
}

const server = createServer(handle);
let endpoint: string;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  requests = [];
});

describe.each(services)("$name", (service) => {
  const rows = hostileAnswers.flatMap(({ verbs, stores = services.map(({ name }) => name), ...row }) =>
    stores.includes(service.name) ? verbs.filter((verb) => service.verbs.includes(verb)).map((verb) => ({ ...row, verb })) : [],
  );

  it.each(rows)("$name, to $verb: $code", async ({ answer, verb, code, message = /^/, timeoutMs = quick.timeoutMs }) => {
    answerOf = () => answer(service, verb);
    const result = await call(service.make(endpoint, { ...quick, timeoutMs }), verb, service).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    expect(result).toEqual({ error: expect.objectContaining({ name: "EdgewaterError", code }) });
    const { error } = result as { error: Error };
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^[\x20-\x7e…]{1,300}$/);
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain("very-secret");
  });
});

const buckets = services.filter(({ name }) => name !== "HTTP");

describe.each(buckets)("$name", (service) => {
  const store = (transport = quick): ReturnType<Service["make"]> => service.make(endpoint, transport);

  it("lists what a whole page has, and leaves out and reports names that are not keys", async () => {
    const foreign = ["raw//x", "/x", "../x", "a\u0001b", "folder/"];
    answerOf = () => ({ body: service.page(["good", ...foreign].map((key) => ({ key }))) });
    expect(await call(store(), "list", service)).toEqual(["good"]);
  });

  it("follows the tokens of pages to the last, which may be empty", async () => {
    const pages = [
      service.page([{ key: "a" }], { token: "1", isTruncated: true }),
      service.page([], { token: "2", isTruncated: true }),
      service.page([{ key: "b" }], { isTruncated: false }),
    ];
    answerOf = () => ({ body: pages.shift() ?? "" });
    expect(await call(store(), "list", service)).toEqual(["a", "b"]);
  });

  it("reads ranges and whole objects that are as they were asked for", async () => {
    answerOf = () => ({ status: 206, headers: { ...service.headers, "content-range": "bytes 3-4/6" }, body: "de" });
    expect(await call(store(), "range", service)).toBe("de");
    answerOf = () => ({ headers: service.headers, body: "abc" });
    expect(await call(store(), "get if match", service)).toBe("abc");
  });

  it("counts an object of unstated length, and refuses one that is stored compressed", async () => {
    answerOf = () => ({ headers: { ...service.headers, "transfer-encoding": "chunked" }, body: "abc" });
    const opened = await store().get("k");
    expect([opened.meta.size, await opened.text(), (await store().head("k")).size]).toEqual([3, "abc", 3]);
    answerOf = () => ({ headers: { ...service.headers, "content-encoding": "gzip" }, body: "abc" });
    await expect(store().get("k")).rejects.toMatchObject({ code: "NotSupported", message: expect.stringContaining("gzip") });
  });

  it("retries a list whose first answer is no list", async () => {
    const answers = [
      "<html>",
      "<Error><Code>SlowDown</Code></Error>",
      service.page([{ key: "a" }]).slice(0, -5),
      service.page([{ key: "a" }]),
    ];
    answerOf = () => ({ body: answers.shift() ?? "" });
    expect(await call(store({ retry: { maxRetries: 3, delayMs: 1 } }), "list", service)).toEqual(["a"]);
    expect(requests).toHaveLength(4);
  });

  it("shows a server's code cut and printable", async () => {
    answerOf = () => ({ status: 400, body: `<Error><Code>\u001b[31m${"A".repeat(10_000)}\n</Code></Error>` });
    const error = await call(store(), "list", service).catch((caught: unknown) => caught as Error);
    expect(isEdgewaterError(error)).toBe(true);
    expect(String(error)).toMatch(/^[\x20-\x7e…]{1,300}$/);
    expect(String(error)).toContain("AAAA");
  });

  it("sends nothing to the server that a redirect points to", async () => {
    let seen = 0;
    const other = createServer((_, response) => {
      seen++;
      response.writeHead(200, service.headers).end();
    });
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    const location = `http://localhost:${(other.address() as AddressInfo).port}/b/k?very-secret`;
    try {
      for (const status of [301, 302, 303, 307, 308]) {
        answerOf = () => ({ status, headers: { location } });
        for (const verb of service.verbs) {
          await expect(call(store(), verb, service), `${status} ${verb}`).rejects.toMatchObject({
            message: expect.stringMatching(/http:\/\/localhost:\d+[^/]/),
          });
        }
      }
    } finally {
      other.close();
      other.closeAllConnections();
    }
    expect(seen).toBe(0);
  });

  it("refuses the answer of a fetch that followed a redirect by itself", async () => {
    const following: typeof fetch = async () =>
      Object.defineProperty(new Response("abc", { headers: { ...service.headers, "content-length": "3" } }), "redirected", { value: true });
    await expect(call(store({ ...quick, fetch: following }), "get", service)).rejects.toMatchObject({ code: "Unavailable" });
  });

  it("explains a redirect that a browser does not show", async () => {
    const opaque = Object.defineProperties(new Response(null), {
      type: { value: "opaqueredirect" },
      ok: { value: false },
      status: { value: 0 },
    });
    const error = await call(store({ ...quick, fetch: async () => opaque }), "get", service).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "Unavailable", message: expect.stringContaining("browser does not show where to") });
  });

  it("does not wait for a fetch that ignores its signal", async () => {
    const deaf: typeof fetch = () => new Promise(() => undefined);
    await expect(call(store({ ...quick, fetch: deaf, timeoutMs: 300 }), "get", service)).rejects.toMatchObject({ code: "Unavailable" });
    const signal = AbortSignal.timeout(20);
    await expect(store({ fetch: deaf }).get("k", { signal })).rejects.toMatchObject({ code: "Aborted" });
  });

  it("refuses a body that is longer than its length", async () => {
    const longer: typeof fetch = async () => new Response("abcdef", { headers: { ...service.headers, "content-length": "3" } });
    await expect(call(store({ ...quick, fetch: longer }), "get", service)).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining("more than its 3 bytes"),
    });
  });
});

describe("a list of S3 or GCS", () => {
  it.each(buckets.filter(({ name }) => name !== "Azure"))("of $name that goes on without a token is Unavailable", async (service) => {
    answerOf = () => ({ body: service.page([{ key: "a" }], { isTruncated: true }) });
    await expect(call(service.make(endpoint, quick), "list", service)).rejects.toMatchObject({ code: "Unavailable" });
  });

  it.each(buckets.filter(({ name }) => name !== "Azure"))("of $name leaves out names that are not UTF-8", async (service) => {
    answerOf = () => ({
      body: service
        .page([{ key: "good" }, { key: "bad" }])
        .replace("bad", "%FF")
        .replace("good", "good%20one"),
    });
    expect(await call(service.make(endpoint, quick), "list", service)).toEqual(["good one"]);
  });
});

describe("HTTPStore", () => {
  const [service] = services.filter(({ name }) => name === "HTTP") as [Service];

  it("explains a redirect that a browser does not show, when it has headers that may be secret", async () => {
    const opaque = Object.defineProperties(new Response(null), {
      type: { value: "opaqueredirect" },
      ok: { value: false },
      status: { value: 0 },
    });
    let sent = 0;
    const browser: typeof fetch = async () => {
      sent++;
      return opaque;
    };
    await expect(call(service.make(endpoint, { ...quick, fetch: browser }), "get", service)).rejects.toMatchObject({ code: "Unavailable" });
    expect(sent).toBe(1);
  });
});

it("escapes the names in the answers of these tests", () => {
  expect(escaped("a<\u0001")).toBe("a&#60;&#1;");
});
