/** The executor cases over pg-boss, with two worker processes that are killed and replaced. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Storage } from "edgewater";
import { pgBoss } from "edgewater/pg-boss";
import { postgres } from "edgewater/postgres";
import { executorCases } from "edgewater/testing";
import { afterAll, describe, it } from "vitest";
import { kill, newPlace, startWorker } from "./place.ts";

describe("pgBoss() with two worker processes", async () => {
  const place = await newPlace();
  const boss = await place.newBoss();
  const storage = await Storage.connect(postgres(place.url));
  const { executor } = pgBoss(boss);
  const workers = new Set<ChildProcess>();
  let isOver = false;
  /** Starts a worker, and another one when it is killed, whose steps are given to others at once instead of after 30 s. */
  const employ = async (): Promise<void> => {
    const worker = await startWorker(place);
    workers.add(worker);
    once(worker, "exit").then(async () => {
      workers.delete(worker);
      if (isOver) return;
      const jobs = await boss.findJobs("edgewater-steps");
      await boss.fail(
        "edgewater-steps",
        jobs.filter(({ state }) => state === "active"),
      );
      await employ();
    });
  };
  await Promise.all([employ(), employ()]);
  afterAll(async () => {
    isOver = true;
    await Promise.all([...workers].map(kill));
    await storage.close();
    await place[Symbol.asyncDispose]();
  });

  it.each(executorCases("workers"))("$name", ({ run }) => run({ storage, store: place.store, executor }));
});
