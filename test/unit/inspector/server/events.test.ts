/** Events of a served inspection: streams, polls, limits, and connections that are cut. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { nodeListener } from "edgewater/inspector";
import { describe, expect, it } from "vitest";
import { connectInspection } from "../../../../src/inspector/client.ts";
import { listen } from "../../../../src/inspector/client-events.ts";
import type { EventBatch } from "../../../../src/inspector/inspection.ts";
import { defaultPace, type Pace, pieces } from "../../../../src/inspector/server/batches.ts";
import { serveInspection } from "../../../../src/inspector/server/handler.ts";
import { EventLog, eventOf } from "../../../support/inspection/event-log.ts";
import { randomOf } from "../../../support/random.ts";

const url = "http://inspector.test/";
const quick = { silentMs: 20_000, firstRetryMs: 1, lastRetryMs: 5 };

function served(log: EventLog, pace: Partial<Pace> = {}, limits = {}): (request: Request) => Promise<Response> {
  return serveInspection(log.inspection(), { authorize: () => true, limits }, { ...defaultPace, ...pace });
}

const asking =
  (handler: (request: Request) => Promise<Response>): typeof fetch =>
  (input, init) =>
    handler(new Request(input, init));

async function textUntil(response: Response, part: string): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (reader !== undefined && !text.includes(part)) {
    const { done, value = "" } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader?.cancel();
  return text;
}

describe("a stream", () => {
  it("has the cursor as its id, and goes on after the last one that was heard", async () => {
    const log = new EventLog();
    log.add(3);
    const handler = served(log);
    const first = await handler(new Request(`${url}api/events?after=1`));
    expect(first.headers.get("content-type")).toBe("text/event-stream");
    expect(await textUntil(first, "id: 3")).toMatch(
      /^: open\n\nevent: connection\ndata: .*\n\nid: 3\nevent: batch\ndata: \{"cursor":3,"events":\[\{"id":2,.*\n\n$/,
    );
    const again = await handler(new Request(`${url}api/events?after=0`, { headers: { "last-event-id": "2" } }));
    expect(await textUntil(again, "id: 3")).toMatch(/"events":\[\{"id":3,/);
    for (const after of ["x", "-1", "1.5", "9".repeat(17)]) {
      expect((await handler(new Request(`${url}api/events?after=${after}`))).status).toBe(422);
    }
  });

  it("says that it is alive, and ends after its time", async () => {
    const log = new EventLog();
    const handler = served(log, { aliveMs: 1, streamMs: 40 });
    const text = await (await handler(new Request(`${url}api/events`))).text();
    expect(text).toMatch(/^: open\n\nevent: connection\ndata: .*\n\n(?:: alive\n\n)+$/);
    expect(log.listeners).toBe(0);
  });

  it("ends its subscription when the client leaves", async () => {
    const log = new EventLog();
    const handler = served(log);
    const leaving = new AbortController();
    const first = await handler(new Request(`${url}api/events`, { signal: leaving.signal }));
    const second = await handler(new Request(`${url}api/events`));
    const [one, two] = [first.text(), second.body?.getReader()];
    await two?.read();
    await expect.poll(() => log.listeners).toBe(2);
    leaving.abort();
    await two?.cancel();
    await one;
    await expect.poll(() => log.listeners).toBe(0);
  });

  it("is refused when there are too many, until one has ended", async () => {
    const handler = served(new EventLog(), {}, { streams: 2 });
    const open = () => handler(new Request(`${url}api/events`));
    const [first, second] = [await open(), await open()];
    const third = await open();
    expect([third.status, third.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await third.text()).toContain("limits.streams");
    await first?.body?.cancel();
    const fourth = await open();
    expect(fourth.status).toBe(200);
    await Promise.all([second, fourth].map((each) => each?.body?.cancel()));
  });

  it("as a poll waits for the first events, or for its time", async () => {
    const log = new EventLog();
    const handler = served(log, { pollMs: 10 });
    const poll = async (after: number) => {
      const response = await handler(new Request(`${url}api/events?after=${after}`, { headers: { accept: "application/json" } }));
      return (await response.json()) as EventBatch;
    };
    expect(await poll(0)).toEqual({ cursor: 0, events: [], runs: [], nodes: [], live: [] });
    log.add(2);
    expect((await poll(0)).events.map(({ id }) => id)).toEqual([1, 2]);
    expect(log.listeners).toBe(0);
  });
});

describe("a batch", async () => {
  const { nodes } = await new EventLog().inspection().snapshot();
  const batch: EventBatch = {
    cursor: 9,
    events: [5, 6, 7, 8, 9].map((id) => eventOf(id)),
    runs: [],
    nodes: nodes.map((node, position) => [position, node] as const),
    live: [],
  };

  it("that is small is one piece", () => {
    expect(pieces(batch, 4, defaultPace)).toEqual([batch]);
  });

  it("that is large is cut so that the cursor moves with the last events only", () => {
    for (const limits of [
      { mostEvents: 2, mostBytes: 256_000 },
      { mostEvents: 500, mostBytes: 1000 },
      { mostEvents: 500, mostBytes: 1 },
    ]) {
      const parts = pieces(batch, 4, limits);
      expect(parts.length).toBeGreaterThan(1);
      expect(parts.flatMap(({ events }) => events)).toEqual(batch.events);
      expect(parts.flatMap((part) => part.nodes)).toEqual(batch.nodes);
      let [told, cursor] = [0, 4];
      for (const part of parts) {
        told += part.nodes.length;
        // A client that knows a cursor knows the nodes that came with it.
        if (part.cursor > cursor) expect(told).toBe(batch.nodes.length);
        cursor = part.cursor;
        expect(cursor).toBe(part.events.at(-1)?.id ?? (part === parts.at(-1) ? 9 : 4));
        expect(part.events.length).toBeLessThanOrEqual(limits.mostEvents);
      }
    }
  });
});

/** Listens until an event, and gives the ids of all that were told. */
async function idsUntil(last: number, source: ReturnType<typeof listen>, done: AbortController, onBatch = () => {}): Promise<number[]> {
  const ids: number[] = [];
  for await (const each of source) {
    if (!("events" in each)) continue;
    for (const { id } of each.events) ids.push(id);
    onBatch();
    if ((ids.at(-1) ?? 0) >= last) done.abort();
  }
  return ids;
}

const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index + 1);

describe("a client", () => {
  it.each([1, 2, 3, 4, 5])("loses and doubles nothing when its connection is cut ten times (seed %i)", async (seed) => {
    const random = randomOf(seed);
    const log = new EventLog();
    log.add(100);
    const handler = served(log);
    let cuts = 0;
    const done = new AbortController();
    const events = listen(
      async (after, headers, signal) => {
        const response = await handler(new Request(`${url}api/events?after=${after}`, { headers, signal }));
        return cuts < 10 ? cut(response, Math.floor(random() * 60_000), random() < 0.5, () => cuts++) : response;
      },
      0,
      done.signal,
      quick,
    );
    const ids = await idsUntil(5000, events, done, () => log.add(100));
    expect(ids).toEqual(range(ids.length));
    expect(cuts).toBe(10);
  });

  it("polls when something in between keeps the streams", async () => {
    const log = new EventLog();
    log.add(3);
    const handler = served(log, { pollMs: 20 });
    const done = new AbortController();
    const asked: string[] = [];
    const events = listen(
      async (after, headers, signal) => {
        asked.push(headers["accept"] ?? "");
        if (headers["accept"] === "application/json") {
          return handler(new Request(`${url}api/events?after=${after}`, { headers, signal }));
        }
        const kept = new ReadableStream<Uint8Array>({
          start: (controller) => signal.addEventListener("abort", () => controller.error(signal.reason)),
        });
        return new Response(kept, { headers: { "content-type": "text/event-stream" } });
      },
      0,
      done.signal,
      { ...quick, silentMs: 20 },
    );
    expect(await idsUntil(6, events, done, () => log.add(3))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(asked.slice(0, 3)).toEqual(["text/event-stream", "text/event-stream", "application/json"]);
  });

  it("says since when it has heard nothing, and waits longer each time", async () => {
    const waits: number[] = [];
    const done = new AbortController();
    const before = Date.now();
    for await (const each of listen(() => Promise.reject(new Error("unreachable")), 0, done.signal, { ...quick, lastRetryMs: 8 })) {
      expect(each).toMatchObject({ state: "retrying" });
      if ("state" in each) {
        expect(each.alive).toBeGreaterThanOrEqual(before);
        waits.push(each.retryInMs ?? 0);
      }
      if (waits.length === 6) done.abort();
    }
    waits.forEach((wait, index) => {
      const most = Math.min(8, 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(most / 2);
      expect(wait).toBeLessThanOrEqual(most);
    });
  });

  it("does not ask again in a hurry when streams end as they begin", async () => {
    let asked = 0;
    const done = new AbortController();
    const empty = async () => {
      if (++asked === 5) done.abort();
      return new Response(": open\n\n", { headers: { "content-type": "text/event-stream" } });
    };
    const states: string[] = [];
    for await (const each of listen(empty, 0, done.signal, quick)) if ("state" in each) states.push(each.state);
    expect(states.filter((state) => state === "retrying")).toHaveLength(4);
  });

  it("is told when it is not let in any more", async () => {
    const handler = serveInspection(new EventLog().inspection(), { authorize: () => false });
    const inspection = connectInspection(url, { fetch: asking(handler) });
    const heard = async () => {
      for await (const _ of inspection.events(0, new AbortController().signal));
    };
    await expect(heard()).rejects.toMatchObject({ code: "PermissionDenied" });
  });

  it("hears through a listener of Node as it happens", async () => {
    const log = new EventLog();
    const server = createServer(nodeListener(served(log))).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const inspection = connectInspection(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const done = new AbortController();
    const ids: number[] = [];
    for await (const each of inspection.events(0, done.signal)) {
      if ("state" in each && ids.length === 0) log.add(2);
      if ("events" in each) ids.push(...each.events.map(({ id }) => id));
      if (ids.length === 2) log.add(1);
      if (ids.length === 3) done.abort();
    }
    expect(ids).toEqual([1, 2, 3]);
    await expect.poll(() => log.listeners).toBe(0);
    await inspection.close();
    server.close();
    server.closeAllConnections();
  });
});

/** An answer that ends after some bytes, with an error or as if it were whole. */
function cut(response: Response, bytes: number, withError: boolean, onCut: () => void): Response {
  let left = bytes;
  const cutting = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      controller.enqueue(chunk.slice(0, left));
      left -= chunk.length;
      if (left > 0) return;
      onCut();
      if (withError) controller.error(new Error("cut"));
      else controller.terminate();
    },
  });
  return new Response(response.body?.pipeThrough(cutting), response);
}
