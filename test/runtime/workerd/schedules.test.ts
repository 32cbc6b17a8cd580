import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { MemoryStore, Storage } from "edgewater";
import { d1 } from "edgewater/d1";
import { durableObject } from "edgewater/durable-object";
import { KVStore } from "edgewater/kv";
import { R2Store } from "edgewater/r2";
import { withPrefix } from "edgewater/with";
import { describe, expect, it } from "vitest";
import { firstViolation } from "../../support/schedules/random.ts";
import type { SharedStore } from "../../support/schedules/world.ts";

const { ASSETS, OBJECTS, RECORDS, VALUES } = env;

/** How many schedules: about five seconds. */
const schedules = 8;

/** Drops what the schedule before has recorded. */
async function emptyRecords(): Promise<void> {
  const named = RECORDS.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'edgewater%'").bind();
  const { results } = await named.all();
  for (const { name } of results as { name: string }[]) await RECORDS.prepare(`DROP TABLE ${name}`).bind().all();
}

describe("random schedules", () => {
  it("violate no invariant over Storage.connect(d1(…)) and an R2Store", async () => {
    const make = async () => {
      await emptyRecords();
      const store = withPrefix(new R2Store(ASSETS), crypto.randomUUID());
      return { storage: await Storage.connect(d1(RECORDS)), store: store as unknown as SharedStore };
    };
    expect(await firstViolation(schedules, make)).toBeUndefined();
  });

  it("violate no invariant over Storage.memory and a KVStore", async () => {
    const make = async () => {
      const store = withPrefix(new KVStore(VALUES), crypto.randomUUID());
      return { storage: Storage.memory(), store: store as unknown as SharedStore };
    };
    expect(await firstViolation(schedules, make)).toBeUndefined();
  });

  it("violate no invariant over Storage.connect(durableObject(…))", () =>
    runInDurableObject(OBJECTS.getByName(crypto.randomUUID()), async (_, { storage }) => {
      const make = async () => {
        const tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'edgewater%'";
        for (const { name } of storage.sql.exec(tables).toArray() as { name: string }[]) storage.sql.exec(`DROP TABLE ${name}`);
        return { storage: await Storage.connect(durableObject(storage)), store: new MemoryStore() as unknown as SharedStore };
      };
      expect(await firstViolation(schedules, make)).toBeUndefined();
    }));
});
