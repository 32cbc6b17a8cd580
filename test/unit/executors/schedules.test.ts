/** Random schedules of runs whose steps are made by workers: killed, delivered twice, late, without answers, taken over, canceled. */
import { MemoryStore, Storage } from "edgewater";
import { expect, it } from "vitest";
import { firstViolation } from "../../support/schedules/random.ts";
import type { SharedStore } from "../../support/schedules/world.ts";

/** How many schedules: about five seconds. */
const schedules = 40;

it("workers of random schedules violate no invariant", async () => {
  const make = async () => ({ storage: Storage.memory(), store: new MemoryStore() as unknown as SharedStore });
  expect(await firstViolation(schedules, make, "workers")).toBeUndefined();
});
