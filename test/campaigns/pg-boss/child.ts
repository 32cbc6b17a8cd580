/** A process of the campaign: a worker, or one that makes the runs of a lane, one after the other. It prints how far it is. */
import { writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { isEdgewaterError } from "edgewater";
import { assetsOf, openBoss, openRepository, type Place } from "./place.ts";

/** What a child is started with. */
export interface ChildOptions extends Place {
  readonly lanes: number;
  /** Of a process that makes runs: its lane, and the number of the run that it begins or goes on with. */
  readonly runs?: { readonly lane: number; readonly from: number } | undefined;
}

// It ends with the campaign.
process.stdin.resume().on("close", () => process.exit());
const { lanes, runs, ...place } = JSON.parse(process.argv[2] ?? "") as ChildOptions;
const { executor, work } = await openBoss(place);
const repository = await openRepository(place, lanes, executor);
if (runs === undefined) {
  await work(repository, { concurrency: 4 });
  writeSync(1, "ready\n");
} else {
  const { lane, from } = runs;
  for (let run = from; ; run++) {
    await make(`${lane}-${run}`, lane);
    writeSync(1, `${run}\n`);
  }
}

/** Makes a run to its end. One whose process was killed just now may still have its owner. */
async function make(runId: string, lane: number): Promise<void> {
  for (;;) {
    try {
      await repository.materialize({ runId, selection: assetsOf(lane).map(({ name }) => name) });
      return;
    } catch (error) {
      if (!isEdgewaterError(error, "InProgress", "PreconditionFailed")) {
        writeSync(1, `failed ${runId}: ${error}\n`);
        return;
      }
      await setTimeout(100);
    }
  }
}
