import type { Command } from "../command.ts";
import { note, print } from "../host.ts";
import { count, progress } from "../output.ts";
import { selectionOf, selectionOptions, tagsOf } from "./select.ts";

export const backfillCommand: Command = {
  about: "Make many partitions, in runs of their own",
  names: "[ASSET…]",
  options: {
    ...selectionOptions,
    concurrency: { value: "COUNT", about: "Steps that run at the same time; 4 unless given" },
    "per-run": { value: "COUNT", about: "Partitions of each run at most; 100 unless given" },
    "stop-on-failure": { about: "Begin nothing any more after a failure" },
    resume: { about: "Go on with the last backfill unless it has succeeded, or with --id" },
    id: { value: "ID", about: "With --resume: go on with this backfill" },
    "dry-run": { about: "Print what it would make, and make nothing" },
  },
  examples: ["hourly --only missing", "hourly --only all --dry-run", "--resume"],
  run: async (context) => {
    const { given, project, signal, isJson } = context;
    await using repository = await project.open();
    const concurrency = given.number("concurrency", 1);
    const perRun = given.number("per-run", 1);
    const options = {
      ...selectionOf(context),
      ...tagsOf(context),
      ...(concurrency !== undefined && { maxConcurrency: concurrency }),
      ...(perRun !== undefined && { partitionsPerRun: perRun }),
      ...(given.has("stop-on-failure") && { failurePolicy: "stop" as const }),
      ...(given.has("resume") && { resume: given.text("id") ?? (true as const) }),
    };
    if (given.has("dry-run")) {
      const plan = await repository.backfill({ ...options, dryRun: true });
      await print(isJson ? JSON.stringify(plan) : `Would make ${count(plan.total, "partition")} in ${count(plan.runs.length, "run")}`);
      return 0;
    }
    const { success, counts, failures } = await repository.backfill({ ...options, signal, onProgress: progress(isJson) });
    if (isJson) await print(JSON.stringify({ success, counts, failures }));
    else {
      for (const { asset, partition, failure } of failures) {
        note(`${asset}${partition === undefined ? "" : `[${partition}]`} failed: ${failure?.message ?? "the reason is not recorded"}\n`);
      }
      const parts = Object.entries(counts).map(([name, number]) => `${number} ${name}`);
      await print(`${parts.join(", ")}${success ? "" : "; go on with edgewater backfill --resume"}`);
    }
    return success ? 0 : 1;
  },
};
