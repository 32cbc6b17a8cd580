import { EdgewaterError } from "../../errors.ts";
import type { ValueHistory } from "../../io-handler/handler.ts";
import { handlerOf, latestOf, type Output } from "../../run/look.ts";
import type { LoadEnvironment } from "../../run/run-environment.ts";
import type { StoredEvent } from "../../storage/types.ts";

/**
 * Names a version of a value. A string: its data version, or the id of the run that recorded it. A number: the id of its event. A
 * Date: the version that was the newest at that time.
 */
export type VersionName = string | number | Date;

/** The display name of an output, for messages. */
export function nameOf({ definition, key }: Output): string {
  return `${JSON.stringify(definition.name)}${key === undefined ? "" : `, partition ${JSON.stringify(String(key))}`}`;
}

/**
 * The history of an output.
 *
 * @param action what needs it, for the message: `roll back`
 * @throws `NotSupported` for a handler without history, and for an external asset
 */
export function requireHistory(output: Output, action: string, environment: LoadEnvironment): ValueHistory {
  const { name, kind } = output.definition;
  const handler = handlerOf(output, environment);
  if (handler.history !== undefined && kind !== "external") return handler.history;
  const reason =
    kind === "external"
      ? "it is external, so that something else writes it"
      : `its ${handler.constructor.name} keeps no history; give that handler the option history: true, or another one that has it`;
  throw new EdgewaterError("NotSupported", `Cannot ${action} ${nameOf(output)}: ${reason}`, { asset: name });
}

/** Every materialization of an output that is recorded, newest first, in pages that grow. */
export async function* materializations(output: Output, { storage }: LoadEnvironment): AsyncGenerator<StoredEvent, void, void> {
  const { definition, key } = output;
  let oldest = Number.POSITIVE_INFINITY;
  for (let limit = 100; ; limit *= 10) {
    const partition = key && { partition: key };
    const events = await storage.getEventsForAsset(definition.name, { ...partition, types: ["Materialization"], limit });
    for (const event of events as readonly StoredEvent[]) {
      if (event.id >= oldest) continue;
      oldest = event.id;
      if (isOfPlace(event, output)) yield event;
    }
    if (events.length < limit) return;
  }
}

/** Whether an event is of exactly this asset or partition. */
function isOfPlace({ partitionKey }: StoredEvent, { key }: Output): boolean {
  return String(partitionKey ?? "") === String(key ?? "");
}

/**
 * The event of a version.
 *
 * @throws `NotFound` for a version that was never recorded, was pruned or wiped, or has no stored value
 */
export async function findVersion(
  output: Output,
  version: VersionName,
  action: string,
  environment: LoadEnvironment,
): Promise<StoredEvent> {
  let oldest: StoredEvent | undefined;
  for await (const event of materializations(output, environment)) {
    if (isNamed(event, version)) return withValue(event, output, action);
    oldest = event;
  }
  const reason = await reasonOf(version, oldest, output, environment);
  const message = `Cannot ${action} ${nameOf(output)} at ${shown(version)}: ${reason}`;
  throw new EdgewaterError("NotFound", message, { asset: output.definition.name });
}

function isNamed({ id, timestamp, dataVersion, runId }: StoredEvent, version: VersionName): boolean {
  if (typeof version === "number") return id === version;
  // Events are ordered by their ids, whatever the clocks of their writers said.
  if (typeof version === "object") return timestamp <= version.getTime();
  return dataVersion === version || runId === version;
}

/** @throws `NotFound` for the record of a result without a value */
function withValue(event: StoredEvent, output: Output, action: string): StoredEvent {
  if (event.stored?.path !== undefined) return event;
  const message = `Cannot ${action} ${nameOf(output)}: the event ${event.id} of ${shown(new Date(event.timestamp))} has recorded no stored value; name another version`;
  throw new EdgewaterError("NotFound", message, { asset: output.definition.name });
}

async function reasonOf(
  version: VersionName,
  oldest: StoredEvent | undefined,
  output: Output,
  environment: LoadEnvironment,
): Promise<string> {
  const latest = await latestOf(output, environment);
  const list = `storage.getEventsForAsset(${JSON.stringify(output.definition.name)}) lists what is kept`;
  if (oldest === undefined) return latest?.firstId === undefined ? "it was never recorded" : "its versions were wiped or pruned";
  const arePruned = latest?.firstId !== undefined && latest.firstId < oldest.id;
  if (typeof version === "object") {
    const first = `the first version ${arePruned ? "that is kept " : ""}is of ${shown(new Date(oldest.timestamp))}`;
    return arePruned ? `${first}; older ones were pruned or wiped` : first;
  }
  const gone = arePruned ? ", or its version was pruned or wiped" : "";
  if (typeof version === "number") return `no version has this event id${gone}; a time is given as a Date; ${list}`;
  const run = await environment.storage.getRun(version);
  return run === undefined ? `no version has this data version or run id${gone}; ${list}` : `this run has not recorded it${gone}; ${list}`;
}

function shown(version: VersionName): string {
  return typeof version === "object" ? version.toISOString() : JSON.stringify(version);
}
