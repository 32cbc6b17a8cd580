/** What an action would do. Does nothing. */
import type { Asset } from "../asset/types.ts";
import { EdgewaterError, isEdgewaterError } from "../errors.ts";
import { findVersion, requireHistory } from "../repository/history/find-version.ts";
import { oneKey } from "../repository/keys.ts";
import { type PlannedStep, planned } from "../repository/plan.ts";
import { nodeOf, observedAssets } from "../run/graph.ts";
import { readBackfilled } from "../storage/backfill-record.ts";
import { choose, type Making } from "./action-selection.ts";
import { durationOf } from "./durations.ts";
import { valueFrom } from "./from-shown.ts";
import type { Action, PlanStep, PlanView } from "./inspection.ts";
import { causeSentence } from "./reasons.ts";
import { latestIn, type Records, readRecords } from "./records.ts";
import { runView } from "./run-view.ts";
import { counted, listed } from "./sentences.ts";
import { nameOfKey, storeOfKey, storesOf } from "./stores.ts";
import type { InspectedRepository, Subject } from "./subject.ts";

/** How many steps a plan tells at most. */
const mostSteps = 500;

type Of<Type extends Action["type"]> = Extract<Action, { readonly type: Type }>;
type Told = Omit<PlanView, "total" | "notes"> & Partial<Pick<PlanView, "total" | "notes">>;

/** What an action would do, or why it cannot be done. */
export async function planAction(subject: InspectedRepository, action: Action): Promise<PlanView> {
  try {
    const { steps, total = steps.length, notes = [], ...told } = await toldOf(subject, action);
    return { ...told, steps: steps.slice(0, mostSteps), total, notes };
  } catch (error) {
    if (!isEdgewaterError(error)) throw error;
    const { code, message } = error;
    return { summary: `It cannot be done: ${message}`, steps: [], total: 0, notes: [], refused: { code, message } };
  }
}

function toldOf(subject: InspectedRepository, action: Action): Promise<Told> {
  switch (action.type) {
    case "materialize":
    case "backfill":
      return planMaking(subject, action);
    case "resume":
      return planResume(subject, action);
    case "cancel":
    case "end":
      return planEnd(subject, action);
    case "observe":
      return planObserve(subject, action);
    case "automate":
      return planAutomate(subject);
    case "write":
      return planWrite(subject, action);
    case "rollback":
      return planRollback(subject, action);
    case "delete":
      return planDelete(subject, action);
    case "prune":
      return planPrune(subject, action);
    case "persist":
      return Promise.resolve({ summary: "Asks the browser to keep what this page stores, also when room is short.", steps: [] });
  }
}

async function planMaking(subject: Subject, action: Making): Promise<Told> {
  const { context, graph } = subject;
  const records = await readRecords(subject);
  const { selection, count } = choose(subject, records, action);
  if (count === 0) return { summary: action.only === undefined ? "Nothing is selected." : `Nothing of it is ${action.only}.`, steps: [] };
  const steps = await planned(graph, records.loadingContext, context.environment({}), selection);
  const { grouped, busy } = await groupSteps(subject, records, steps, new Set(selection.selection));
  const outputs = steps.reduce((sum, { assets, partitionKeys = [""] }) => sum + assets.length * partitionKeys.length, 0);
  const assets = new Set(steps.flatMap((step) => step.assets));
  const runs = action.type === "backfill" ? `, in runs of up to 100 partitions` : "";
  const notes = busy.map(([madeBy, number]) => `${counted(number, "output")} of it is made by ${madeBy} already.`);
  const estimateMs = await durationOf(subject, steps);
  const what = outputs === assets.size ? listed([...assets]) : `${counted(outputs, "partition")} of ${listed([...assets])}`;
  return {
    summary: `Makes ${what}${runs}.`,
    steps: grouped,
    total: grouped.length,
    notes,
    ...(estimateMs !== undefined && { estimateMs }),
  };
}

/** Steps of one function for one reason as one, and what others make of it. */
async function groupSteps(
  { graph, storage }: Subject,
  records: Records,
  steps: readonly PlannedStep[],
  selected: ReadonlySet<string>,
): Promise<{ readonly grouped: readonly PlanStep[]; readonly busy: readonly (readonly [string, number])[] }> {
  const backfillOf = await readBackfilled(storage);
  const groups = new Map<string, { -readonly [Name in keyof PlanStep]: PlanStep[Name] }>();
  const busy = new Map<string, number>();
  for (const { step, assets, partitionKeys, why, causes, reason } of steps) {
    const [first = ""] = assets;
    const own = records.byName.get(first);
    const partitions = partitionKeys ?? [undefined];
    const makers = partitions.flatMap((key) => {
      const runId = own?.running.get(key ?? "");
      const backfillId = runId ?? (own && backfillOf(first, key, latestIn(own, key)));
      return backfillId === undefined ? [] : [runId === undefined ? `the backfill ${backfillId}` : `the run ${runId}`];
    });
    for (const maker of makers) busy.set(maker, (busy.get(maker) ?? 0) + 1);
    const [maker] = makers;
    const [cause] = causes;
    const isSelected = assets.some((name) => selected.has(name));
    const told: Readonly<Record<PlannedStep["why"], string>> = {
      missing: "It was never made, or its value is gone.",
      stale: cause === undefined ? "It is stale." : causeSentence(cause),
      failed: "The last attempt to make it failed.",
      requested: isSelected ? "It is selected." : "What is selected takes it.",
      unchanged: reason ?? "Nothing has changed.",
    };
    const state: PlanStep["why"] = maker !== undefined && makers.length === partitions.length ? "running" : why;
    const sentence = state === "running" ? `It is made by ${maker} already.` : told[why];
    const name = graph.nodes.get(first)?.computation.name ?? step;
    const id = JSON.stringify([name, state, sentence]);
    const group = groups.get(id);
    if (group === undefined)
      groups.set(id, { step: name, assets, ...(partitionKeys && { partitions: partitionKeys.length }), why: state, reason: sentence });
    else group.partitions = (group.partitions ?? 0) + partitions.length;
  }
  return { grouped: [...groups.values()], busy: [...busy] };
}

async function planResume(subject: Subject, { runId, force = false }: Of<"resume">): Promise<Told> {
  const run = await runView(subject, runId, new Map());
  if (run.kind === "write") throw impossible("NotSupported", runId, "resume", "it has written one value; write the value again");
  if (run.status === "Success") throw impossible("PreconditionFailed", runId, "resume", "it has succeeded");
  if (run.status === "Started" && !force) throw impossible("InProgress", runId, "resume", "a process is making it");
  const open = run.steps.filter(({ status }) => status !== "Success" && status !== "Unchanged");
  const steps = open.map(({ step, assets, status, note }): PlanStep => {
    const why = status === "Failure" ? "failed" : "requested";
    return { step, assets, why, reason: status === "Failure" ? `It failed: ${note}` : "It was not made." };
  });
  const { makes, keeps } = run.resume ?? { makes: open.length, keeps: run.steps.length - open.length };
  return { summary: `Makes ${counted(makes, "step")}, keeps ${keeps}.`, steps };
}

async function planEnd(subject: InspectedRepository, { type, runId }: Extract<Action, { readonly type: "cancel" | "end" }>): Promise<Told> {
  const backfill = (await subject.repository.backfills.list()).find(({ backfillId }) => backfillId === runId);
  const status = backfill?.status ?? (await runView(subject, runId, new Map())).status;
  if (status !== "Started" && status !== "Interrupted")
    throw impossible("PreconditionFailed", runId, type, `it has ended with the status ${status}`);
  if (type === "end" && status === "Started") throw impossible("InProgress", runId, "end", "a process is making it; cancel it");
  const what = backfill === undefined ? "run" : "backfill";
  const summary =
    type === "cancel" && status === "Started"
      ? `Cancels the ${what}: its process stops with its next commit. What is recorded stays.`
      : `Sets the outcome of the ${what} to Canceled. What is recorded stays.`;
  return { summary, steps: [] };
}

async function planObserve({ graph }: Subject, { selection }: Of<"observe">): Promise<Told> {
  const assets = observedAssets(graph, selection);
  for (const { name } of assets) {
    if (nodeOf(graph, name).computation.compute !== undefined) continue;
    throw new EdgewaterError("GraphError", `Cannot observe ${JSON.stringify(name)}: it has no function that observes it`, { asset: name });
  }
  const steps = assets.map(({ name }): PlanStep => ({ step: name, assets: [name], why: "requested", reason: "It is selected." }));
  return { summary: `Observes ${listed(assets.map(({ name }) => name))}.`, steps };
}

async function planAutomate({ repository }: InspectedRepository): Promise<Told> {
  const { requests } = await repository.evaluate({ dryRun: true });
  const steps = requests.flatMap(({ selection, partitionKeys }) =>
    selection.map(
      (name): PlanStep => ({
        step: name,
        assets: [name],
        ...(partitionKeys && { partitions: partitionKeys.length }),
        why: "requested",
        reason: "Its condition asks for it.",
      }),
    ),
  );
  const names = [...new Set(steps.map(({ step }) => step))];
  return { summary: names.length === 0 ? "The conditions ask for nothing now." : `Makes ${listed(names)}.`, steps };
}

async function planWrite(subject: Subject, { asset, partition, value }: Of<"write">): Promise<Told> {
  const { definition } = nodeOf(subject.graph, asset);
  if ((definition as Asset).kind !== "asset") {
    throw new EdgewaterError("GraphError", `Cannot write ${JSON.stringify(asset)}: it is not an asset that this repository materializes`, {
      asset,
    });
  }
  oneKey(definition, partition, await subject.context.loadingContext());
  valueFrom(value);
  const where = partition === undefined ? "" : `, partition ${partition}`;
  return {
    summary: `Writes a value for ${asset}${where}, in a run of its own.`,
    steps: [{ step: asset, assets: [asset], why: "requested", reason: "It is written." }],
  };
}

async function planRollback(subject: Subject, { asset, partition, version }: Of<"rollback">): Promise<Told> {
  const { definition } = nodeOf(subject.graph, asset);
  const key = oneKey(definition, partition, await subject.context.loadingContext());
  const [output, environment] = [{ definition, key }, subject.context.environment({})];
  requireHistory(output, "roll back", environment);
  const event = await findVersion(output, version, "roll back", environment);
  const where = partition === undefined ? "" : `, partition ${partition}`;
  return { summary: `Makes the version ${event.dataVersion} of ${asset}${where} the newest one again, with one commit.`, steps: [] };
}

async function planDelete(subject: Subject, { keys }: Of<"delete">): Promise<Told> {
  const stores = storesOf(subject);
  const assets = new Set<string>();
  for (const listedKey of keys) {
    const { store, key } = storeOfKey(stores, listedKey);
    if (!store.canDelete)
      throw new EdgewaterError("NotSupported", `Cannot delete ${JSON.stringify(listedKey)}: ${store.store.name} cannot delete`, {
        store: store.store.name,
        key,
      });
    const owner = nameOfKey(store, key)?.asset;
    if (owner !== undefined) assets.add(owner);
  }
  const notes = assets.size === 0 ? [] : [`They belong to ${listed([...assets])}: a value that is recorded is missing from then on.`];
  return { summary: `Deletes ${counted(keys.length, "object")}. This cannot be undone.`, steps: [], notes };
}

async function planPrune({ repository, storage }: InspectedRepository, { before }: Of<"prune">): Promise<Told> {
  const versions = await repository.prune({ before: new Date(before), dryRun: true });
  const records = await storage.prune({ before, dryRun: true });
  const summary = `Deletes ${counted(versions.versions, "version")} with ${counted(versions.objects, "object")}, ${counted(records.events, "event")} and ${counted(records.runs, "run")}.`;
  return { summary, steps: [], notes: [...versions.explanation, ...records.explanation] };
}

function impossible(
  code: "NotSupported" | "PreconditionFailed" | "InProgress",
  runId: string,
  action: string,
  reason: string,
): EdgewaterError {
  return new EdgewaterError(code, `Cannot ${action} ${JSON.stringify(runId)}: ${reason}`, { key: runId });
}
