import { EdgewaterError, orAborted } from "../errors.ts";
import { checkValue, oneOf, required } from "../options.ts";
import { insideOf } from "../repository/door.ts";
import type { Repository } from "../repository/repository.ts";
import { Actions } from "./act.ts";
import { assetView } from "./asset-view.ts";
import { automationView } from "./automation.ts";
import { capabilitiesOf, valueCapabilitiesOf } from "./can.ts";
import { diffVersions } from "./diff.ts";
import { exportFile } from "./export.ts";
import { FirstScreen } from "./first-screen.ts";
import { importFile } from "./import.ts";
import type { Inspection, SignalOptions } from "./inspection.ts";
import { LogPages } from "./logs.ts";
import { listObjects } from "./objects.ts";
import { checkAction, checkCallOptions, checkInspectionOptions, defaultLimits, type InspectionOptions } from "./options.ts";
import { partitionRows, partitionsView } from "./partitions.ts";
import { planAction } from "./plan.ts";
import { ValueLoader } from "./preview.ts";
import { RecentRecords } from "./recent-records.ts";
import { runView } from "./run-view.ts";
import { listRuns } from "./runs.ts";
import { storageView } from "./storage.ts";
import { InspectedRepository } from "./subject.ts";
import { valueBytes } from "./value-bytes.ts";
import { whyStale } from "./why.ts";

/**
 * Looks into a repository of this process: everything that the inspector shows, and the actions that it offers.
 *
 * @throws `SettingsError` for a value that is not a repository, and for an invalid option
 *
 * @example
 * ```ts
 * const inspection = inspect(repository);
 * for (const { name, status } of (await inspection.snapshot()).nodes) print(name, status);
 * await inspection.close();
 * ```
 */
export function inspect(repository: Repository, options: InspectionOptions = {}): Inspection {
  const inside = insideOf(repository);
  if (inside === undefined) {
    throw new EdgewaterError("SettingsError", "Invalid repository of inspect; pass what Repository.open returns, with its await", {
      field: "repository",
    });
  }
  checkInspectionOptions(options);
  const { context, operations } = inside;
  const subject = new InspectedRepository(repository, context, { ...defaultLimits, ...options.limits });
  const first = new FirstScreen(subject, {
    name: options.name ?? context.name,
    where: options.where ?? context.storage.name,
    can: capabilitiesOf(subject, valueCapabilitiesOf(subject)),
  });
  const values = new ValueLoader(subject);
  const logs = new LogPages(subject.storage);
  const actions = new Actions(subject, operations);
  const recent = new RecentRecords(subject);

  /** Checks the options of a call, and runs it until its signal is aborted. */
  const call = <Value>(
    method: Parameters<typeof checkCallOptions>[0],
    given: SignalOptions | undefined,
    work: () => Promise<Value>,
  ): Promise<Value> =>
    operations.run(async () => {
      checkCallOptions(method, given ?? {});
      return orAborted(work(), given?.signal);
    });

  return {
    snapshot: (given) => call("snapshot", given, () => first.snapshot()),
    events: (after, signal) => first.feed.listen(after, signal),
    asset: (name, given = {}) => call("asset", given, () => assetView(subject, name, given)),
    partitions: (name, given = {}) => call("partitions", given, () => partitionsView(subject, name, given)),
    partitionRows: (name, given) => call("partitionRows", given, async () => partitionRows(subject, name, given, await recent.read(name))),
    runs: (given = {}) => call("runs", given, () => listRuns(subject.storage, given)),
    run: (runId, given) => call("run", given, () => runView(subject, runId, first.feed.progressOf(runId))),
    logs: (runId, given = {}) => call("logs", given, () => logs.read(runId, given)),
    why: (name, given = {}) => call("why", given, () => whyStale(subject, name, given)),
    preview: (name, given = {}) => call("preview", given, () => values.preview(name, given)),
    bytes: (name, given = {}) => call("bytes", given, () => valueBytes(subject, name, given)),
    diff: (name, given) => call("diff", given, () => diffVersions(subject, values, name, given)),
    automation: (given) => call("automation", given, () => automationView(subject)),
    objects: (given = {}) => call("objects", given, () => listObjects(subject, given)),
    storage: (given) => call("storage", given, () => storageView(subject, given?.signal)),
    plan: (action, given) =>
      call("plan", given, async () => {
        checkAction(action);
        return planAction(subject, action);
      }),
    act: (action, given) =>
      call("act", given, async () => {
        checkAction(action);
        return actions.act(action, given?.id);
      }),
    export: (what, given) => call("export", given, async () => exportFile(subject, checkedContent(what), given?.signal)),
    import: (file, given = {}) => call("import", given, () => importFile(subject, file, given)),
    close: async () => {
      first.feed.close();
      values.clear();
    },
  };
}

function checkedContent(what: unknown): "records" | "all" {
  checkValue("inspection.export", "what", what, required(oneOf("records", "all")));
  return what as "records" | "all";
}
