/** Requests, retries and bodies, against servers that misbehave. */
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { EdgewaterError } from "edgewater";
import { afterEach, describe, expect, it, vi } from "vitest";
import { orAborted } from "../../../../src/errors.ts";
import { openedAnswer } from "../../../../src/object-store/client/answer/body.ts";
import { failureOf, type ServiceErrors } from "../../../../src/object-store/client/error-codes.ts";
import { exchange, isUnsent } from "../../../../src/object-store/client/exchange.ts";
import { inParallel } from "../../../../src/object-store/client/parallel.ts";
import { retryAfterMs, send } from "../../../../src/object-store/client/send-with-retry.ts";
import { retrying } from "../../../../src/retry.ts";

const call = { store: "S", verb: "read", key: "k", signal: undefined } as const;
const meta = { key: "k", size: 0, etag: undefined, lastModified: undefined };
const service: ServiceErrors = { codes: {}, missingBucket: "NoSuchBucket" };
const quick = { retry: { maxRetries: 3, delayMs: 1 }, timeoutMs: 30_000 };

async function serve(listener: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path?secret-query`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const get = (url: string) => ({ method: "GET", url, headers: {} });

describe("sending a request", () => {
  it("retries after resets and timeouts, and while the server is busy or broken", async () => {
    let requests = 0;
    await using server = await serve((message, response) => {
      requests++;
      if (requests === 1) message.socket.destroy();
      else if (requests === 2) response.writeHead(503, { "retry-after": "0" }).end("busy");
      else if (requests > 3) response.end("done");
    });
    let made = 0;
    const response = await send(call, () => ({ ...get(server.url), headers: { made: String(++made) } }), { ...quick, timeoutMs: 2000 });
    expect(await response.text()).toBe("done");
    expect([requests, made]).toEqual([4, 4]);
  });

  it("sends a large body whole, with its length, and again after a failure, also with a custom fetch", async () => {
    const body = Uint8Array.from({ length: 3 * 2 ** 20 + 7 }, (_, index) => index % 251);
    let requests = 0;
    const seen: unknown[] = [];
    await using server = await serve(async (message, response) => {
      const chunks = await Array.fromAsync<Buffer>(message);
      const { "content-length": length, "transfer-encoding": coding } = message.headers;
      seen.push([length, coding, Buffer.compare(Buffer.concat(chunks), body)]);
      response.writeHead(++requests === 1 ? 503 : 200).end();
    });
    const request = { method: "PUT", url: server.url, headers: { "x-amz-date": "now" }, body };
    expect((await send(call, () => request, quick)).status).toBe(200);
    const given: unknown[] = [];
    const own: typeof fetch = (input, init) => {
      given.push(init?.body);
      return fetch(input, init);
    };
    await send(call, () => request, { ...quick, fetch: own });
    expect(given).toEqual([body]);
    expect(seen).toEqual(Array.from({ length: 3 }, () => [String(body.byteLength), undefined, 0]));
  });

  it.each([400, 403, 404, 409, 412, 501, 507])("does not retry after the status %d", async (status) => {
    let requests = 0;
    await using server = await serve((_, response) => response.writeHead(status).end(String(++requests)));
    expect((await send(call, () => get(server.url), quick)).status).toBe(status);
    expect(requests).toBe(1);
  });

  it("resolves with the last answer, and names the host that did not answer", async () => {
    let requests = 0;
    await using server = await serve((_, response) => response.writeHead(500).end(String(++requests)));
    expect(await (await send(call, () => get(server.url), quick)).text()).toBe("4");
    await using silent = await serve(() => undefined);
    const error = await send(call, () => get(silent.url), { retry: { maxRetries: 0 }, timeoutMs: 200 }).catch(
      (caught: EdgewaterError) => caught,
    );
    expect(error).toMatchObject({
      code: "Unavailable",
      message: expect.stringMatching(/http:\/\/127\.0\.0\.1:\d+ did not answer within 200 ms/),
    });
    expect(String(error)).not.toContain("secret");
  });

  it("gives the retry policy the error of the answer, and leaves the last answer unread", async () => {
    await using server = await serve((_, response) => response.writeHead(503).end("<Error><Code>SlowDown</Code></Error>"));
    const errors: unknown[] = [];
    const retryOn = (error: unknown): boolean => errors.push(error) < 3;
    const options = { ...quick, retry: { ...quick.retry, retryOn } };
    const errorOf = async (response: Response) => (await failureOf(call, response, service, undefined)).error;
    const response = await send(call, () => get(server.url), options, { errorOf });
    expect(await response.text()).toContain("SlowDown");
    const unavailable = { name: "EdgewaterError", code: "Unavailable", key: "k" };
    const slowDown = { ...unavailable, message: expect.stringContaining("(503 SlowDown)") };
    expect(errors).toEqual(Array.from({ length: 3 }, () => expect.objectContaining(slowDown)));
    errors.length = 0;
    await send(call, () => get(server.url), options);
    expect(errors[0]).toMatchObject({ ...unavailable, message: expect.stringContaining("(503)") });
  });

  it("stops when the signal is aborted before a request, during a request, and during a wait", async () => {
    await using silent = await serve(() => undefined);
    await using busy = await serve((_, response) => response.writeHead(503, { "retry-after": "20" }).end());
    for (const [url, delay] of [
      [silent.url, 0],
      [silent.url, 20],
      [busy.url, 50],
    ] as const) {
      const controller = new AbortController();
      if (delay === 0) controller.abort("enough");
      else setTimeout(() => controller.abort("enough"), delay);
      const sent = send({ ...call, signal: controller.signal }, () => get(url), { timeoutMs: 60_000 });
      await expect(sent).rejects.toMatchObject({ code: "Aborted", cause: "enough" });
    }
  });

  it("recognises requests that were never sent", async () => {
    const server = await serve(() => undefined);
    await server[Symbol.asyncDispose]();
    const error = await exchange(call, get(server.url)).catch((caught: EdgewaterError) => caught);
    expect(isUnsent(error as EdgewaterError)).toBe(true);
    await using resetting = await serve((message) => message.socket.destroy());
    const reset = await exchange(call, get(resetting.url)).catch((caught: EdgewaterError) => caught);
    expect(isUnsent(reset as EdgewaterError)).toBe(false);
  });

  it("reads Retry-After in seconds and as a date", () => {
    const waitOf = (value?: string): number =>
      retryAfterMs(new Response(null, value === undefined ? {} : { headers: { "retry-after": value } }));
    expect([waitOf("2"), waitOf(), waitOf("soon"), waitOf("-1"), waitOf("Wed, 21 Oct 2015 07:28:00 GMT")]).toEqual([2000, 0, 0, 0, 0]);
    expect(waitOf(new Date(Date.now() + 60_000).toUTCString())).toBeGreaterThan(50_000);
  });
});

describe("retries", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("wait up to twice as long each time, and stop after maxRetries", async () => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    const again = retrying({ maxRetries: 3, delayMs: 100, maxElapsedMs: 10_000 });
    const waits: number[] = [];
    for (let start = Date.now(); ; start = Date.now()) {
      const next = again(undefined, { retryAfterMs: waits.length === 2 ? 1000 : 0 });
      await vi.runAllTimersAsync();
      if (!(await next)) break;
      waits.push(Date.now() - start);
    }
    expect(waits).toEqual([50, 100, 1200]);
  });

  it("stop without waiting when the wait would exceed maxElapsedMs", async () => {
    const start = Date.now();
    expect(await retrying({ maxElapsedMs: 1000 })(undefined, { retryAfterMs: 2000 })).toBe(false);
    expect(await retrying({ maxRetries: 0 })(undefined)).toBe(false);
    expect(Date.now() - start).toBeLessThan(500);
  });
});

describe("a body", () => {
  const opened = (response: Response, timeoutMs = 1000) => openedAnswer(meta, response, call, { timeoutMs });
  const short = (): Response => new Response("0123", { headers: { "content-length": "10" } });

  it("that is shorter than stated is an error, for every way to read it", async () => {
    const failure = { code: "Unavailable", message: expect.stringContaining("4 bytes") };
    await expect(opened(short()).bytes()).rejects.toMatchObject(failure);
    await expect(opened(short()).text()).rejects.toMatchObject(failure);
    await expect(new Response(opened(short()).stream()).text()).rejects.toMatchObject(failure);
    await using breaking = await serve((message, response) => {
      response.writeHead(200, { "content-length": "10" });
      response.write("0123", () => setTimeout(() => message.socket.destroy(), 20));
    });
    for (const read of [
      (body: ReturnType<typeof opened>) => body.bytes(),
      (body: ReturnType<typeof opened>) => new Response(body.stream()).bytes(),
    ]) {
      await expect(read(opened(await fetch(breaking.url)))).rejects.toMatchObject({ code: "Unavailable" });
    }
  });

  it("may have any length without a stated one, and when the stated one is of compressed bytes", async () => {
    expect(await opened(new Response("0123")).text()).toBe("0123");
    const compressed = new Response("0123", { headers: { "content-length": "2", "content-encoding": "gzip" } });
    expect(await opened(compressed).text()).toBe("0123");
    expect((await opened(new Response(null)).bytes()).byteLength).toBe(0);
  });

  it("from which no byte arrives is an error after the timeout", async () => {
    await using stalling = await serve((_, response) => void response.writeHead(200, { "content-length": "10" }).write("0123"));
    await expect(opened(await fetch(stalling.url), 50).bytes()).rejects.toMatchObject({ code: "Unavailable", message: /stood still/ });
  });

  it("is cancelled with its stream, and is the reader's own copy", async () => {
    let cancelled: unknown;
    const source = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(3)),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const reader = opened(new Response(source)).stream().getReader();
    await reader.read();
    await reader.cancel("enough");
    expect(cancelled).toBe("enough");
    const chunk = new Uint8Array([0, 1, 2, 3]).subarray(1, 3);
    const bytes = await opened(
      new Response(
        new ReadableStream({
          start: (controller) => {
            controller.enqueue(chunk);
            controller.close();
          },
        }),
      ),
    ).bytes();
    expect([...bytes]).toEqual([1, 2]);
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
  });
});

describe("parallel work", () => {
  it("keeps to the limit, does everything, and stops at the first failure", async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    const work = async (item: number): Promise<void> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, item % 3));
      running--;
      if (item === 13) throw new Error("unlucky");
      done.push(item);
    };
    await inParallel([1, 2, 3, 4, 5, 6, 7], 3, work);
    expect([most, done.sort()]).toEqual([3, [1, 2, 3, 4, 5, 6, 7]]);
    let stopped = 0;
    await expect(inParallel([10, 11, 12, 13, 14, 15, 16, 17, 18, 19], 2, work, () => stopped++)).rejects.toThrow("unlucky");
    expect([running, stopped, done.includes(19)]).toEqual([0, 1, false]);
    const failing = (async function* () {
      yield 1;
      throw new Error("no more");
    })();
    await expect(inParallel(failing, 2, work)).rejects.toThrow("no more");
  });

  it("is not awaited after an abort, although its promise takes no signal", async () => {
    const controller = new AbortController();
    const waiting = orAborted(new Promise(() => undefined), controller.signal, {});
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "Aborted" });
    expect(await orAborted(Promise.resolve(1), undefined, {})).toBe(1);
    await expect(orAborted(Promise.reject(new Error("own")), new AbortController().signal, {})).rejects.toThrow("own");
  });
});
