import type { RunResult } from "../../run/run.ts";
import type { Command, CommandContext } from "../command.ts";
import { note, print } from "../host.ts";
import { count, errorText, progress, table } from "../output.ts";
import { selectionOf, selectionOptions, tagsOf } from "./select.ts";

export const materializeCommand: Command = {
  about: "Make assets: all of them, or those that are named",
  names: "[ASSET…]",
  options: {
    ...selectionOptions,
    resume: { about: "Go on with the last run unless it has succeeded, or with --run" },
    run: { value: "ID", about: "With --resume: go on with this run" },
    "dry-run": { about: "Print the plan, and make nothing" },
  },
  examples: ["", "daily --upstream", "./assets.ts --only stale", "hourly --partition 2018-02-01T06:00 --json", "--dry-run"],
  run: async (context) => {
    const { given, project, signal, isJson } = context;
    await using repository = await project.open();
    const selection = selectionOf(context);
    if (given.has("dry-run")) {
      const steps = await repository.plan(selection);
      if (isJson) await print(JSON.stringify(steps));
      else {
        const rows = steps.map(({ step, why, causes, reason }) => [step, why, reason ?? causes[0]?.reason ?? ""]);
        await print(steps.length === 0 ? "Nothing to make" : table(["step", "why", "reason"], rows));
      }
      return 0;
    }
    const run = given.text("run");
    const result = await repository.materialize({
      ...selection,
      ...tagsOf(context),
      ...(given.has("resume") && { resume: run ?? true }),
      raiseOnError: false,
      signal,
      onProgress: progress(isJson),
    });
    return printResult(result, context);
  },
};

/** Prints what a run has made, and why it has not made the rest. */
export async function printResult(result: RunResult, { isJson }: Pick<CommandContext, "isJson">): Promise<0 | 1> {
  const { success, runId, events, failedAssets, skippedAssets } = result;
  if (isJson) {
    const failed = failedAssets.map(({ name, partition, error }) => ({ asset: name, partition, error: errorText(error) }));
    const made = events.map(({ assetKey, partitionKey, dataVersion }) => ({
      asset: assetKey,
      partition: partitionKey && String(partitionKey),
      dataVersion,
    }));
    await print(JSON.stringify({ success, runId, made, failed, skipped: skippedAssets }));
    return success ? 0 : 1;
  }
  const rows = events.map(({ assetKey, partitionKey, dataVersion }) => [
    assetKey,
    partitionKey ? String(partitionKey) : "",
    dataVersion.slice(0, 19),
  ]);
  if (rows.length > 0) await print(table(["asset", "partition", "data version"], rows));
  for (const { name, partition, error } of failedAssets) {
    note(`${name}${partition === undefined ? "" : `[${partition}]`} failed: ${errorText(error)}\n`);
  }
  if (skippedAssets.length > 0) note(`Skipped ${skippedAssets.join(", ")}\n`);
  await print(`Run ${runId}: made ${count(events.length, "value")}${success ? "" : `; go on with edgewater materialize --resume`}`);
  return success ? 0 : 1;
}
