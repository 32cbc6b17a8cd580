import { MemoryStore, Storage } from "edgewater";
import { remote } from "edgewater/remote";
import { expect, it } from "vitest";
import { firstViolation } from "../../support/schedules/random.ts";
import type { SharedStore } from "../../support/schedules/world.ts";
import { start } from "../../support/servers/remote.ts";

/** How many schedules: about five seconds. */
const schedules = 8;

it("random schedules over Storage.connect(remote(…)) violate no invariant", async () => {
  const { server, stop } = await start();
  const make = async () => ({
    storage: await Storage.connect(remote(`${server.url}/${crypto.randomUUID()}`, { token: server.token })),
    store: new MemoryStore() as unknown as SharedStore,
  });
  expect(await firstViolation(schedules, make)).toBeUndefined();
  await stop();
});
