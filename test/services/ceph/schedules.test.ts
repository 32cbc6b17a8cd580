import { Storage } from "edgewater";
import { withPrefix } from "edgewater/with";
import { describe, expect, it } from "vitest";
import { firstViolation } from "../../support/schedules/random.ts";
import type { SharedStore } from "../../support/schedules/world.ts";
import { makeStore } from "./store.ts";

/** How many schedules: about five seconds. */
const schedules = 20;

describe("random schedules over an S3Store", () => {
  it("violate no invariant", async () => {
    const make = async () => {
      const store = withPrefix(makeStore(), `schedules/${crypto.randomUUID()}`);
      return { storage: Storage.memory(), store: store as unknown as SharedStore };
    };
    expect(await firstViolation(schedules, make)).toBeUndefined();
  });
});
