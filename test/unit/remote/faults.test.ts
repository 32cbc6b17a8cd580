/** Faults between clients and a served Storage: no commit is lost, doubled, or in doubt without saying so. */
import { isEdgewaterError, Storage, type StoredEvent } from "edgewater";
import { remote, serveStorage } from "edgewater/remote";
import { describe, expect, it, vi } from "vitest";
import { made } from "../../../src/testing/storage/check.ts";
import { randomOf } from "../../support/random.ts";
import { type Fault, faults, serveRecords } from "../../support/servers/records.ts";

const authorize = () => "write" as const;
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
/** On a busy machine an honest answer may be late, too: then it is one more fault. */
const quick = { timeoutMs: 200, retry: { maxRetries: 20, delayMs: 1, factor: 1 } };

/** A Storage that is served, and a client whose commits have these faults, one for each attempt. */
async function served(...plan: Fault[]) {
  const maxRetries = plan.length > 1 ? plan.length - 1 : quick.retry.maxRetries;
  const storage = Storage.memory();
  const server = await serveRecords(
    serveStorage(storage, { authorize }),
    (operation) => (operation === "commit" && plan.shift()) || "none",
  );
  const client = await Storage.connect(remote(server.url, { ...quick, retry: { ...quick.retry, maxRetries } }));
  return {
    storage,
    server,
    client,
    versions: async () => (await storage.getEventsForAsset("a")).map(({ dataVersion }) => dataVersion).toReversed(),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.each(faults)("a commit with the fault %j", (fault) => {
  it("takes effect once, and returns its events", async () => {
    await using all = await served(fault);
    await using watching = await Storage.connect(remote(all.server.url, quick));
    const [event] = await all.client.commit({ events: [made("a", { dataVersion: "1" })] });
    await all.client.commit({ events: [made("a", { dataVersion: "2" })] });
    expect(await all.versions()).toEqual(["1", "2"]);
    expect((await watching.getEventsForAsset("a")).at(-1)).toEqual(event);
  });

  it("that is refused is refused for good, also when a copy arrives once its precondition holds", async () => {
    await using all = await served(fault);
    const refused = all.client.commit({ preconditions: [{ kv: "k", is: bytes(1) }], events: [made("a", { dataVersion: "1" })] });
    const message = /one of its preconditions does not hold \(the key "k" must have the expected value\); nothing was written/;
    await expect(refused).rejects.toMatchObject({
      code: "PreconditionFailed",
      outcome: undefined,
      message: expect.stringMatching(message),
    });
    await all.storage.kvSet("k", bytes(1));
    await all.client.commit({ events: [made("a", { dataVersion: "2" })] });
    expect(await all.versions()).toEqual(["2"]);
  });
});

describe("a commit that never gets an answer", () => {
  const doubtful: readonly Fault[] = ["no answer", "cut answer", "gateway", "slow", "late"];

  it.each(doubtful)("says that its outcome is unknown, after %j", async (fault) => {
    await using all = await served(...Array.from({ length: 5 }, () => fault));
    const error = await all.client.commit({ events: [made("a")] }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: "Unavailable",
      outcome: "unknown",
      message: expect.stringMatching(/the commit may have happened/),
    });
  });

  it("does not say so when no attempt has left this machine", async () => {
    const storage = Storage.memory();
    await using server = await serveRecords(serveStorage(storage, { authorize }));
    let isCut = false;
    const send: typeof fetch = async (input, init) => {
      if (isCut) throw Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNREFUSED" } });
      return fetch(input, init);
    };
    await using client = await Storage.connect(remote(server.url, { ...quick, fetch: send }));
    isCut = true;
    await expect(client.commit({ events: [made("a")] })).rejects.toMatchObject({ code: "Unavailable", outcome: undefined });
    await expect(client.getRuns()).rejects.toMatchObject({ code: "Unavailable", outcome: undefined });
  });

  it("keeps the doubt when a later attempt is refused for another reason", async () => {
    const storage = Storage.memory();
    let isAllowed = true;
    const handler = serveStorage(storage, { authorize: () => (isAllowed ? "write" : "none") });
    let commits = 0;
    await using server = await serveRecords(handler, (operation) => {
      if (operation !== "commit") return "none";
      isAllowed = commits++ === 0;
      return isAllowed ? "no answer" : "none";
    });
    await using client = await Storage.connect(remote(server.url, quick));
    await expect(client.commit({ events: [made("a")] })).rejects.toMatchObject({ code: "Unauthenticated", outcome: "unknown" });
    expect(await storage.getEventsForAsset("a")).toHaveLength(1);
  });
});

it("a commit is not sent again when the server may have forgotten its id", async () => {
  const storage = Storage.memory();
  let commits = 0;
  await using server = await serveRecords(serveStorage(storage, { authorize }), (operation) => {
    if (operation !== "commit" || commits++ > 0) return "none";
    // The machine has slept.
    vi.useFakeTimers({ now: Date.now() + 13 * 3_600_000, toFake: ["Date"] });
    return "no answer";
  });
  try {
    const retry = { ...quick.retry, maxElapsedMs: Number.POSITIVE_INFINITY };
    await using client = await Storage.connect(remote(server.url, { timeoutMs: 20_000, retry }));
    await expect(client.commit({ events: [made("a")] })).rejects.toMatchObject({ code: "Unavailable", outcome: "unknown" });
    expect(commits).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

describe("random faults", () => {
  it("lose no acknowledged commit, double none, and do none that was refused", async () => {
    const random = randomOf(20261128);
    const storage = Storage.memory();
    const treat = (): Fault => (random() < 0.5 ? "none" : (faults[Math.floor(random() * faults.length)] ?? "none"));
    await using server = await serveRecords(serveStorage(storage, { authorize }), treat, 150);
    const options = { timeoutMs: 100, retry: { maxRetries: 50, delayMs: 1, factor: 1 } };
    const clients = await Promise.all([1, 2, 3].map(() => Storage.connect(remote(server.url, options))));
    const [done, refused, unknown] = [new Map<string, StoredEvent>(), new Set<string>(), new Set<string>()];
    const attempt = async (client: Storage, dataVersion: string, isWrong: boolean): Promise<void> => {
      const batch = { events: [made("a", { dataVersion })], ...(isWrong && { preconditions: [{ kv: "k", is: bytes(1) }] }) };
      try {
        const [event] = await client.commit(batch);
        if (event) done.set(dataVersion, event);
      } catch (error) {
        if (isEdgewaterError(error, "PreconditionFailed")) refused.add(dataVersion);
        else if (isEdgewaterError(error, "Unavailable") && error.outcome === "unknown") unknown.add(dataVersion);
        else throw error;
      }
    };
    await Promise.all(
      clients.map(async (client, who) => {
        for (let index = 0; index < 30; index++) await attempt(client, `${who}.${index}`, index % 5 === 4);
        await client.close();
      }),
    );
    const found = await storage.getEventsForAsset("a", { limit: 1000 });
    const versions = found.map(({ dataVersion }) => dataVersion);
    expect(new Set(versions).size).toBe(versions.length);
    for (const [version, event] of done) expect(found.find(({ dataVersion }) => dataVersion === version)).toEqual(event);
    for (const version of versions) expect(done.has(version) || unknown.has(version), version).toBe(true);
    for (const version of refused) expect(versions).not.toContain(version);
    expect(done.size + refused.size + unknown.size).toBe(90);
  });
});
