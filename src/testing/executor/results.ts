import { isEdgewaterError } from "../../errors.ts";
import { inProcess } from "../../run/in-process.ts";
import type { RunResult } from "../../run/run.ts";
import type { ProgressEvent } from "../../run/run-environment.ts";
import type { AnyEvent } from "../../storage/types.ts";
import { broken, canonical, type ExecutorCase, type ExecutorKind, eventsOf, executorCase, same, succeeded } from "./check.ts";
import { canary, oddName } from "./suite.ts";

const everywhere: readonly ExecutorKind[] = ["here", "workers", "engine"];
const graph = ["graph.batch", "graph.all", "graph.own", "graph.only", "graph.right"];
const graphOptions = { includeUpstream: true, partitionKeys: ["a", "b", "é/x"] };

/** What an event says, without ids, runs and times. */
function contentOf({ eventType, assetKey, partitionKey, metadata, dataVersion, ...rest }: AnyEvent): string {
  const { write_duration_s: _, ...kept } = metadata;
  const { inputDataVersions, codeVersion } = rest;
  return canonical({
    eventType,
    assetKey,
    partitionKey: partitionKey && String(partitionKey),
    kept,
    dataVersion,
    inputDataVersions,
    codeVersion,
  });
}

/** What a run records and stores. */
export const resultCases: readonly ExecutorCase[] = [
  executorCase(
    "records the events, versions, metadata and bytes that inProcess records",
    everywhere,
    async ({ repository, make, stage }) => {
      const here = { executor: inProcess(), selection: graph, ...graphOptions };
      // The first run has no earlier value of the asset that takes its own.
      await repository.materialize(here);
      const expected = await repository.materialize(here);
      const actual = await make(graph, graphOptions);
      succeeded(actual);
      const [one, other] = [await eventsOf(stage.storage, expected.runId), await eventsOf(stage.storage, actual.runId)];
      same(other.map(contentOf).toSorted(), one.map(contentOf).toSorted(), "events");
      same(actual.events.map(contentOf).toSorted(), expected.events.map(contentOf).toSorted(), "events of the result");
      same(actual.materializedAssets, expected.materializedAssets, "the assets of the result");
      same(await repository.load("graph.all"), 2, "a value");
      const lines = (await stage.storage.getRunLogs(actual.runId)).map(({ message }) => message);
      same(lines, ["makes a pair"], "the log of the run");
    },
  ),
  executorCase(
    "skips what is unchanged, and tells and records it as inProcess does",
    everywhere,
    async ({ make, repository, stage, hooks }) => {
      const selection = ["unchanged.one", "unchanged.left", "unchanged.right", "unchanged.batch"];
      const options = { partitionKeys: ["a", "é/x"], skipUnchanged: true };
      const here = { executor: inProcess(), selection, ...options };
      succeeded(await repository.materialize({ ...here, skipUnchanged: false }));
      const calls = await hooks.count("unchanged.pair");
      const expected = await repository.materialize(here);
      const progress: string[] = [];
      const onProgress = (event: ProgressEvent): void => void (event.type === "step-skipped" && progress.push(event.step));
      const actual = await make(selection, { ...options, onProgress });
      succeeded(actual);
      const outcomeOf = ({ materializedAssets, skippedAssets, events, decisions }: RunResult): unknown => ({
        materializedAssets,
        skippedAssets,
        events,
        decisions: decisions.toSorted((left, right) => (left.step < right.step ? -1 : 1)),
      });
      same(outcomeOf(actual), outcomeOf(expected), "the result");
      same(
        actual.decisions.map(({ isSkipped }) => isSkipped),
        [true, true, true],
        "the decisions",
      );
      const recorded = async ({ runId }: RunResult): Promise<readonly string[]> =>
        (await eventsOf(stage.storage, runId)).map(contentOf).toSorted();
      same(await recorded(actual), await recorded(expected), "events");
      same([...new Set(progress)].toSorted(), actual.decisions.map(({ step }) => step).toSorted(), "the steps of the progress");
      // Once more: the recorded result.
      same(
        outcomeOf(await make(selection, { ...options, runId: actual.runId })),
        outcomeOf(expected),
        "the result of a run that has ended",
      );
      same(await hooks.count("unchanged.pair"), calls, "calls");
    },
  ),
  executorCase("skips what depends on a failure, and nothing else", everywhere, async ({ make }) => {
    const { failedAssets, skippedAssets, materializedAssets } = await make(["failure.broken", "failure.behind", "failure.beside"]);
    same(
      [failedAssets.map(({ name }) => name), skippedAssets, materializedAssets],
      [["failure.broken"], ["failure.behind"], ["failure.beside"]],
      "failed, skipped and made",
    );
  }),
  executorCase("tells errors with class, code, cause and stack, and anything else that is thrown", everywhere, async ({ make }) => {
    const { failedAssets } = await make(["error.class", "error.code", "error.text", "error.null"]);
    const errorOf = (name: string): unknown => failedAssets.find((each) => each.name === `error.${name}`)?.error;
    const [typed, coded] = [errorOf("class"), errorOf("code")];
    const isTyped = typed instanceof TypeError && typed.message === "no such column" && typed.cause instanceof RangeError;
    // Not every engine puts the message into the stack.
    if (!isTyped || !typed.stack) throw broken("the error is not the TypeError with its cause", typed);
    if (!isEdgewaterError(coded, "QuotaExceeded") || coded.message !== "the disk is full")
      throw broken("the error has lost its code", coded);
    same([errorOf("text"), errorOf("null")], ["a text", null], "thrown values that are no errors");
  }),
  executorCase("runs forty steps and one that takes them all", everywhere, async ({ repository, make }) => {
    succeeded(await make(["many.sum"], { includeUpstream: true }));
    same(await repository.load("many.sum"), (39 * 40) / 2, "the sum");
  }),
  executorCase("runs assets and partitions with any name", everywhere, async ({ repository, make }) => {
    const partitionKey = "day=1|place=é/x";
    succeeded(await make([oddName], { partitionKeys: [partitionKey, "day=2|place=a"] }));
    same(await repository.load(oddName, { partitionKey }), partitionKey, "the value");
  }),
  executorCase("makes an asset for two runs at the same time", everywhere, async ({ repository, make, stage }) => {
    const [one, other] = await Promise.all([make(["both.one"]), make(["both.one"])]);
    succeeded(one);
    succeeded(other);
    const latest = await stage.storage.getLatestMaterialization("both.one");
    if (latest === undefined || ![one.runId, other.runId].includes(latest.runId)) throw broken("the record is of no run");
    const [status] = await repository.status({ selection: ["both.one"] });
    same([status?.status, status?.uncommitted], ["UpToDate", undefined], "the status");
  }),
  executorCase("reports progress in the order of each step, and its log lines", everywhere, async ({ make, stage }) => {
    const progress: ProgressEvent[] = [];
    const { runId } = await make(["progress.retried", "failure.broken"], { onProgress: (event) => progress.push(event) });
    const of = (step: string): readonly string[] =>
      progress.flatMap((event) => ("step" in event && event.step === step ? [event.type] : []));
    same(of("progress.retried"), ["step-start", "step-retry", "output", "step-success"], "of a step that was retried");
    same(of("failure.broken"), ["step-start", "step-failure"], "of a step that failed");
    same(progress.at(-1)?.type, "run-end", "the last event");
    same((await stage.storage.getRun(runId))?.status, "Failure", "the status of the run");
  }),
  executorCase("keeps values out of requests, records and leases", everywhere, async ({ make, stage, repository }) => {
    const { runId } = await make(["canary.one"]);
    same(await repository.load("canary.one"), canary, "the value");
    const kept = await stage.storage.kvList();
    const texts = kept.map(({ key, value }) => key + new TextDecoder().decode(value));
    const records = canonical([
      await eventsOf(stage.storage, runId),
      await stage.storage.getRun(runId),
      await stage.storage.getRunLogs(runId),
    ]);
    if ([...texts, records].some((each) => each.includes(canary))) throw broken("the records have a value");
    same(await stage.storage.getLeases(runId), [], "leases after the end");
    same(
      kept.filter(({ key }) => key.startsWith("edgewater/") && key.includes(runId)),
      [],
      "keys after the end",
    );
  }),
];
