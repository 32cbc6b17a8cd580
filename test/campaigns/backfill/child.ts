/** A process that begins or resumes a backfill, and kills itself at one of its outputs. It prints a line for each, and how it ended. */
import { writeSync } from "node:fs";
import { openRepository } from "./place.ts";

/** What a child is started with. */
export interface ChildOptions {
  readonly folder: string;
  readonly partitions: number;
  readonly partitionsPerRun: number;
  /** The output at which it is killed, counted from 1; it is not unless given. */
  readonly killAt?: number | undefined;
}

const { folder, partitions, partitionsPerRun, killAt } = JSON.parse(process.argv[2] ?? "") as ChildOptions;
const repository = await openRepository(folder, partitions);
let outputs = 0;
const { status } = await repository.backfill({
  resume: true,
  partitionKeys: "all",
  partitionsPerRun,
  onProgress: ({ type }) => {
    if (type !== "output") return;
    writeSync(1, "output\n");
    if (++outputs === killAt) process.kill(process.pid, "SIGKILL");
  },
});
await repository.close();
writeSync(1, `${status}\n`);
