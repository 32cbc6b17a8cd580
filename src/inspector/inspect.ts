import { EdgewaterError, orAborted } from "../errors.ts";
import { insideOf } from "../repository/door.ts";
import type { Repository } from "../repository/repository.ts";
import { assetView } from "./asset-view.ts";
import { Feed } from "./feed.ts";
import type { Inspection, SignalOptions } from "./inspection.ts";
import { checkInspectionOptions, checkInspectOptions, defaultLimits, type InspectOptions } from "./options.ts";
import { listRuns } from "./runs.ts";
import { type KnownRows, takeSnapshot } from "./snapshot.ts";
import { Subject } from "./subject.ts";

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
export function inspect(repository: Repository, options: InspectOptions = {}): Inspection {
  const inside = insideOf(repository);
  if (inside === undefined) {
    throw new EdgewaterError("SettingsError", "Invalid repository of inspect; pass what Repository.open returns, with its await", {
      field: "repository",
    });
  }
  checkInspectOptions(options);
  const { context, operations } = inside;
  const subject = new Subject(repository, context, { ...defaultLimits, ...options.limits });
  const title = { name: options.name ?? context.name, where: options.where ?? context.storage.name };
  let known: KnownRows | undefined;
  const feed = new Feed(subject, () => known);

  /** Checks the options of a call, and runs it until its signal is aborted. */
  const call = <Value>(
    method: Parameters<typeof checkInspectionOptions>[0],
    given: SignalOptions | undefined,
    work: () => Promise<Value>,
  ): Promise<Value> =>
    operations.run(async () => {
      checkInspectionOptions(method, given ?? {});
      return orAborted(work(), given?.signal);
    });

  const inspection: Partial<Inspection> = {
    snapshot: (given) =>
      call("snapshot", given, async () => {
        const snapshot = await takeSnapshot(subject, title);
        known = { cursor: snapshot.cursor, rows: snapshot.nodes };
        return snapshot;
      }),
    events: (after, signal) => feed.listen(after, signal),
    asset: (name, given = {}) => call("asset", given, () => assetView(subject, name, given)),
    runs: (given = {}) => call("runs", given, () => listRuns(subject.storage, given)),
    close: async () => feed.close(),
  };
  return inspection as Inspection;
}
