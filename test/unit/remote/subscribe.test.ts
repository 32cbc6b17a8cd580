/** Subscriptions over HTTP: events of other clients arrive, also after the connection was lost. */
import { type AnyEvent, Storage } from "edgewater";
import { remote, serveStorage } from "edgewater/remote";
import { describe, expect, it } from "vitest";
import { made } from "../../../src/testing/storage/check.ts";
import { type Fault, serveRecords } from "../../support/servers/records.ts";

const authorize = () => "write" as const;

/** Reads so many events, and then ends the subscription. */
async function read(events: AsyncIterable<AnyEvent>, count: number): Promise<readonly string[]> {
  const seen: string[] = [];
  for await (const { assetKey = "" } of events) if (seen.push(assetKey) === count) break;
  return seen;
}

describe("a subscription of a remote Storage", () => {
  it("gets the events of other clients as they are committed, and waits on the server between them", async () => {
    await using server = await serveRecords(serveStorage(Storage.memory(), { authorize }));
    await using reader = await Storage.connect(remote(server.url));
    await using writer = await Storage.connect(remote(server.url));
    const reading = read(reader.subscribe(), 3);
    for (const name of ["a", "b", "c"]) {
      await writer.commit({ events: [made(name)] });
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(await reading).toEqual(["a", "b", "c"]);
    expect(server.requests.filter(({ url }) => url === "/nextEvents").length).toBeLessThan(8);
  });

  it("gets pages of old events first, each once and in order", async () => {
    const storage = Storage.memory();
    await storage.commit({ events: Array.from({ length: 2500 }, (_, index) => made(`a${index}`)) });
    await using server = await serveRecords(serveStorage(storage, { authorize }));
    await using reader = await Storage.connect(remote(server.url));
    const expected = Array.from({ length: 2400 }, (_, index) => `a${index + 100}`);
    expect(await read(reader.subscribe({ after: 100 }), 2400)).toEqual(expected);
    expect(await reader.getEventsForRun("run")).toHaveLength(2500);
    expect(await reader.getEventsForRun("run", { limit: 1700 })).toHaveLength(1700);
  });

  it("reconnects after lost connections and failures of the server, and misses nothing", async () => {
    const storage = Storage.memory();
    const plan: Fault[] = ["lost", "busy", "gateway", "cut answer", "no answer", "slow", "lost", "busy", "cut answer"];
    const treat = (operation: string): Fault => (operation === "nextEvents" && plan.shift()) || "none";
    await using server = await serveRecords(serveStorage(storage, { authorize }), treat);
    await using reader = await Storage.connect(remote(server.url, { timeoutMs: 200, retry: { maxRetries: 20, delayMs: 1, factor: 1 } }));
    const reading = read(reader.subscribe(), 4);
    for (const name of ["a", "b", "c", "d"]) {
      await storage.commit({ events: [made(name)] });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await reading).toEqual(["a", "b", "c", "d"]);
    expect(plan).toEqual([]);
  });

  it("ends at once when its signal is aborted, its Storage is closed, or it is left", async () => {
    await using server = await serveRecords(serveStorage(Storage.memory(), { authorize }));
    const reader = await Storage.connect(remote(server.url));
    const abort = new AbortController();
    const [first, second] = [read(reader.subscribe({ signal: abort.signal }), 1), read(reader.subscribe(), 1)];
    await expect.poll(() => server.requests.filter(({ url }) => url === "/nextEvents").length).toBe(2);
    abort.abort();
    expect(await first).toEqual([]);
    await reader.close();
    expect(await second).toEqual([]);
  });

  it("ends with the error when the server does not permit it any more", async () => {
    let isAllowed = true;
    await using server = await serveRecords(serveStorage(Storage.memory(), { authorize: () => (isAllowed ? "read" : "none") }));
    await using reader = await Storage.connect(remote(server.url));
    isAllowed = false;
    await expect(read(reader.subscribe(), 1)).rejects.toMatchObject({ code: "Unauthenticated" });
  });
});
