import { Storage } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
import { describe, expect, it } from "vitest";
import { firstViolation } from "../../../support/schedules/random.ts";
import type { SharedStore } from "../../../support/schedules/world.ts";

/** How many schedules: about five seconds. */
const schedules = 30;

describe.each([IndexedDBStore, OPFSStore])("random schedules over Storage.embedded and an %o", (Store) => {
  it("violate no invariant", async () => {
    const make = async () => {
      const name = `schedules-${crypto.randomUUID()}`;
      const store = new Store(name) as unknown as SharedStore;
      return { storage: await Storage.embedded(`${name}-records`), store };
    };
    expect(await firstViolation(schedules, make)).toBeUndefined();
  });
});
