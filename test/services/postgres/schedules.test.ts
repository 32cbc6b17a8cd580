import { MemoryStore, Storage } from "edgewater";
import { postgres } from "edgewater/postgres";
import { describe, expect, it } from "vitest";
import { firstViolation } from "../../support/schedules/random.ts";
import type { SharedStore } from "../../support/schedules/world.ts";
import { newDatabase } from "./database.ts";

/** How many schedules of each kind: about five seconds. */
const schedules = 8;

describe("random schedules over Storage.connect(postgres(…))", () => {
  it.each([
    ["in the process of the run", "here"],
    ["in workers", "workers"],
  ] as const)("violate no invariant with steps %s", async (_, where) => {
    await using disposables = new AsyncDisposableStack();
    const make = async () => {
      const { url } = disposables.use(await newDatabase());
      return { storage: await Storage.connect(postgres(url)), store: new MemoryStore() as unknown as SharedStore };
    };
    expect(await firstViolation(schedules, make, where)).toBeUndefined();
  });
});
