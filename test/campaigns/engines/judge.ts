/** Checks what runs have left that were killed: records, values, calls, and what the engine remembers. */
import type { Repository } from "edgewater";
import type { Called, Outcome } from "./campaign.ts";
import type { Engine } from "./engine.ts";
import { canary, expected, expectedParts, failing, openPipeline, type Records, skipped } from "./pipeline.ts";
import { tablesWith } from "./traces.ts";

/** The most bytes that an engine may remember of a step. */
const mostStepBytes = 1024;

/** Everything that is wrong. */
export async function judge(
  engine: Engine,
  records: Records,
  runIds: readonly string[],
  calls: readonly Called[],
  outcome: Outcome,
): Promise<readonly string[]> {
  const problems: string[] = [];
  await using repository = await openPipeline(records, () => {});
  for (const runId of runIds) {
    const { ends, stepBytes } = await engine.remembered(runId);
    if (ends !== 1) problems.push(`${engine.name} has completed the run ${runId} ${ends} times`);
    const most = Math.max(...stepBytes);
    if (most > mostStepBytes) problems.push(`${engine.name} remembers ${most} bytes of a step of ${runId}`);
    outcome.mostBytes = Math.max(outcome.mostBytes, most);
    const own = calls.filter((call) => call.runId === runId);
    problems.push(...(await problemsOfRun(repository, runId, own)).map((problem) => `run ${runId}: ${problem}`));
  }
  for (const [name, value] of Object.entries(expected))
    if ((await repository.load(name)) !== value) problems.push(`the value of ${name} is another one`);
  for (const partitionKey of expectedParts)
    if ((await repository.load("parts", { partitionKey })) !== partitionKey)
      problems.push(`the value of parts ${partitionKey} is another one`);
  const traces = [...(await engine.traces(canary)), ...(await tablesWith(records.records, canary))];
  if (traces.length > 0) problems.push(`a value is in ${traces}`);
  // What is known to be there is found.
  if ((await engine.traces("ended")).length === 0 || (await tablesWith(records.records, "left")).length === 0)
    problems.push("outcomes and names of steps are not found where values are looked for");
  const { storage } = repository;
  // What killed processes have announced and not written goes with the next prune.
  await storage.prune({ before: Date.now() + 1 });
  const left = [
    ...(await storage.getLeases()),
    ...(await storage.kvList("edgewater/plan/")),
    ...(await storage.kvList("edgewater/intent/")),
  ];
  if (left.length > 0)
    problems.push(`leases, plans or announcements are left: ${left.map((each) => ("key" in each ? each.key : each.step))}`);
  return problems;
}

async function problemsOfRun({ storage }: Repository, runId: string, calls: readonly Called[]): Promise<readonly string[]> {
  const problems: string[] = [];
  const events = await storage.getEventsForRun(runId, { types: "all" });
  const count = (type: string, asset?: string, partition?: string): number =>
    events.filter(
      ({ eventType, assetKey, partitionKey }) =>
        eventType === type && assetKey === asset && (partition === undefined || String(partitionKey) === partition),
    ).length;
  const once = (what: string, times: number): void => {
    if (times !== 1) problems.push(`${what} ${times} times`);
  };
  once("has ended", count("RunEnd"));
  if (events.at(-1)?.eventType !== "RunEnd") problems.push(`ends with ${events.at(-1)?.eventType}`);
  for (const name of Object.keys(expected)) once(`has recorded ${name}`, count("Materialization", name));
  for (const key of expectedParts) once(`has recorded parts ${key}`, count("Materialization", "parts", key));
  once("has recorded the failure", count("StepFailure", failing));
  if (count("StepSkipped", skipped) === 0) problems.push("has not recorded what it skipped");
  const run = await storage.getRun(runId);
  if (run?.status !== "Failure") problems.push(`has the status ${run?.status}`);
  // What is recorded is not made again. A function is called once its start is recorded.
  for (const { id, eventType, assetKey, partitionKey } of events) {
    if (eventType !== "Materialization" && eventType !== "StepFailure") continue;
    const name = partitionKey === undefined ? assetKey : `${assetKey} ${partitionKey}`;
    const starts = events.filter(
      (each) => each.eventType === "StepStart" && each.assetKey === assetKey && String(each.partitionKey) === String(partitionKey),
    );
    if (starts.some((start) => start.id > id)) problems.push(`has begun ${name} after it was recorded`);
    const times = calls.filter((call) => call.name === name).length;
    if (times === 0 || times > starts.length) problems.push(`has called ${name} ${times} times, and begun it ${starts.length} times`);
  }
  return problems;
}
