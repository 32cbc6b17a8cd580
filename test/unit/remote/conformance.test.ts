/** The suite of every back end over a real HTTP server. */
import { Storage } from "edgewater";
import { remote } from "edgewater/remote";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import { type RemoteServer, start } from "../../support/servers/remote.ts";
import { commitWrongBatches } from "../storage/wrong-batches.ts";

let server: RemoteServer;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ server, stop } = await start());
});
afterAll(() => stop());

const connect = (name: string): Promise<Storage> => Storage.connect(remote(`${server.url}/${name}`, { token: server.token }));

describe.each(storageCases())("Storage.connect(remote(…))", ({ name, run }) => {
  it(name, async () => {
    await using storage = await connect(crypto.randomUUID());
    await run(storage);
  });
});

describe.each(sharedStorageCases())("Storage.connect(remote(…))", ({ name, run }) => {
  it(name, () => {
    const records = crypto.randomUUID();
    return run(() => connect(records));
  });
});

it("takes and refuses the same wrong batches as memory, and what it takes is usable", async () => {
  await using storage = await connect(crypto.randomUUID());
  const numRuns = rounds(200, 1000);
  expect(await commitWrongBatches(storage, { numRuns, seed: 20261128 })).toBeGreaterThan(numRuns / 20);
});
