import { expect, it } from "vitest";
import { killService } from "../../campaigns/engines/campaign.ts";
import { dbosEngine } from "../../campaigns/engines/engine.ts";
import { openPipeline } from "../../campaigns/engines/pipeline.ts";
import { newRecords } from "../../campaigns/engines/place.ts";
import { randomOf } from "../../support/random.ts";
import { newDatabase } from "../postgres/database.ts";

/** Databases of records and of DBOS. */
async function newEngine() {
  const [database, systemDatabase] = [await newDatabase(), await newDatabase()];
  const records = await newRecords(database.url);
  const engine = dbosEngine(systemDatabase.url);
  return {
    engine,
    records,
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await records[Symbol.asyncDispose]();
      for (const each of [database, systemDatabase]) await each[Symbol.asyncDispose]();
    },
  };
}

// npm run kills:dbos kills 100 times.
it("goes on with a run whose process is killed, repeats no recorded step, and ends it once", async () => {
  await using place = await newEngine();
  const outcome = await killService(place.engine, place.records, 2, randomOf(5));
  expect(outcome).toMatchObject({ kills: 2, problems: [] });
});

it("goes on in another executor that resumes the workflow of one that is gone", async () => {
  await using place = await newEngine();
  const { engine, records } = place;
  const lost = await engine.start({ ...records, executorId: "lost", trap: { at: 20, when: "before" } });
  await engine.begin(lost, "run");
  await lost.exited;
  const other = await engine.start({ ...records, executorId: "other" });
  await other.until(({ told }) => told === "ready");
  expect(other.told.map(({ told }) => told)).toEqual(["ready"]);
  other.send({ verb: "resume", runId: "run" });
  await other.until(({ told }) => told === "ended");
  await other.kill();
  await using repository = await openPipeline(records, () => {});
  expect(await repository.storage.getRun("run")).toMatchObject({ status: "Failure" });
  expect(await repository.load("left")).toContain("left of");
});
