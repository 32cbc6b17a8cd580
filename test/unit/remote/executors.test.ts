/** Runs over remote records, whose steps are made by workers: the suite of executors. */
import { Storage } from "edgewater";
import { remote } from "edgewater/remote";
import { executorCases, fakeQueue } from "edgewater/testing";
import { afterAll, describe, it } from "vitest";
import { reachedStore } from "../../support/reached.ts";
import { start } from "../../support/servers/remote.ts";

describe("a queue over Storage.connect(remote(…))", async () => {
  const { server, stop } = await start();
  const storage = await Storage.connect(remote(`${server.url}/${crypto.randomUUID()}`, { token: server.token }));
  const place = { storage, store: reachedStore() };
  const executor = fakeQueue(place);
  afterAll(async () => {
    await storage.close();
    await stop();
  });

  it.each(executorCases("workers"))("$name", ({ run }) => run({ ...place, executor }));
});
