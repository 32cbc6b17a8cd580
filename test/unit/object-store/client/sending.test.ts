/** Sending, waiting and reading, against servers that misbehave. */
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { EdgewaterError } from "edgewater";
import { afterEach, describe, expect, it, vi } from "vitest";
import { unlessAborted } from "../../../../src/object-store/client/aborted.ts";
import { openedAnswer } from "../../../../src/object-store/client/body.ts";
import { exchange, isUnsent } from "../../../../src/object-store/client/exchange.ts";
import { inParallel } from "../../../../src/object-store/client/parallel.ts";
import { retryAfter, send } from "../../../../src/object-store/client/send.ts";
import { retrying } from "../../../../src/retry.ts";

const call = { store: "S", verb: "read", key: "k", signal: undefined } as const;
const meta = { key: "k", size: 0, etag: undefined, lastModified: undefined };
const quick = { retry: { maxRetries: 3, delayMs: 1 }, timeoutMs: 200 };

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

describe("Sending", () => {
  it("comes back after resets, timeouts, and servers that are busy or broken", async () => {
    let requests = 0;
    await using server = await serve((message, response) => {
      requests++;
      if (requests === 1) message.socket.destroy();
      else if (requests === 2) response.writeHead(503, { "retry-after": "0" }).end("busy");
      else if (requests > 3) response.end("done");
    });
    let made = 0;
    const response = await send(call, () => ({ ...get(server.url), headers: { made: String(++made) } }), quick);
    expect(await response.text()).toBe("done");
    expect([requests, made]).toEqual([4, 4]);
  });

  it("sends many bytes whole, of known length, and again after a failure, whoever sends them", async () => {
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

  it.each([400, 403, 404, 409, 412, 501, 507])("takes %d for an answer", async (status) => {
    let requests = 0;
    await using server = await serve((_, response) => response.writeHead(status).end(String(++requests)));
    expect((await send(call, () => get(server.url), quick)).status).toBe(status);
    expect(requests).toBe(1);
  });

  it("gives the last answer when there is no better one, and says who did not answer", async () => {
    let requests = 0;
    await using server = await serve((_, response) => response.writeHead(500).end(String(++requests)));
    expect(await (await send(call, () => get(server.url), quick)).text()).toBe("4");
    await using silent = await serve(() => undefined);
    const error = await send(call, () => get(silent.url), { ...quick, retry: { maxRetries: 0 } }).catch((caught: EdgewaterError) => caught);
    expect(error).toMatchObject({
      code: "Unavailable",
      message: expect.stringMatching(/http:\/\/127\.0\.0\.1:\d+ did not answer within 200 ms/),
    });
    expect(String(error)).not.toContain("secret");
  });

  it("stops with the signal: before it, during a request, and during a wait", async () => {
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

  it("knows what was never sent", async () => {
    const server = await serve(() => undefined);
    await server[Symbol.asyncDispose]();
    const error = await exchange(call, get(server.url)).catch((caught: EdgewaterError) => caught);
    expect(isUnsent(error as EdgewaterError)).toBe(true);
    await using resetting = await serve((message) => message.socket.destroy());
    const reset = await exchange(call, get(resetting.url)).catch((caught: EdgewaterError) => caught);
    expect(isUnsent(reset as EdgewaterError)).toBe(false);
  });

  it("reads Retry-After as seconds or as a date", () => {
    const waitOf = (value?: string): number =>
      retryAfter(new Response(null, value === undefined ? {} : { headers: { "retry-after": value } }));
    expect([waitOf("2"), waitOf(), waitOf("soon"), waitOf("-1"), waitOf("Wed, 21 Oct 2015 07:28:00 GMT")]).toEqual([2000, 0, 0, 0, 0]);
    expect(waitOf(new Date(Date.now() + 60_000).toUTCString())).toBeGreaterThan(50_000);
  });
});

describe("Retrying", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("waits up to twice as long each time, and stops by count", async () => {
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

  it("stops by time, without waiting for what is beyond it", async () => {
    const start = Date.now();
    expect(await retrying({ maxElapsedMs: 1000 })(undefined, { retryAfterMs: 2000 })).toBe(false);
    expect(await retrying({ maxRetries: 0 })(undefined)).toBe(false);
    expect(Date.now() - start).toBeLessThan(500);
  });
});

describe("A body", () => {
  const opened = (response: Response, timeoutMs = 1000) => openedAnswer(meta, response, call, { timeoutMs });
  const short = (): Response => new Response("0123", { headers: { "content-length": "10" } });

  it("that is shorter than was said is never a value, whoever sends it", async () => {
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

  it("may be of any length when that was not said, or is that of compressed bytes", async () => {
    expect(await opened(new Response("0123")).text()).toBe("0123");
    const compressed = new Response("0123", { headers: { "content-length": "2", "content-encoding": "gzip" } });
    expect(await opened(compressed).text()).toBe("0123");
    expect((await opened(new Response(null)).bytes()).byteLength).toBe(0);
  });

  it("that stands still is not waited for", async () => {
    await using stalling = await serve((_, response) => void response.writeHead(200, { "content-length": "10" }).write("0123"));
    await expect(opened(await fetch(stalling.url), 50).bytes()).rejects.toMatchObject({ code: "Unavailable", message: /stood still/ });
  });

  it("is cancelled with its stream, and belongs to who reads it", async () => {
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

describe("Working in parallel", () => {
  it("keeps to the limit, does all, and stops with the first failure", async () => {
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

  it("does not wait for a promise that knows no signal", async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(new Promise(() => undefined), controller.signal, {});
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "Aborted" });
    expect(await unlessAborted(Promise.resolve(1), undefined, {})).toBe(1);
    await expect(unlessAborted(Promise.reject(new Error("own")), new AbortController().signal, {})).rejects.toThrow("own");
  });
});
