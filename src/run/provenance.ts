import type { LoadedObject } from "../io-handler/contexts.ts";
import { uniqueVersion } from "../io-handler/data-version.ts";
import type { StoredEvent } from "../storage/types.ts";
import { recordFinding } from "./finding.ts";
import { latestOf, look, type Output, recordAnnounced } from "./look.ts";
import type { LoadEnvironment } from "./run-environment.ts";

/** Which recorded value was read. */
export interface Read {
  readonly dataVersion: string;
  /** The id of its event; undefined for a value that nobody has recorded. */
  readonly eventId: number | undefined;
}

/** The value was replaced while it was read: it is to be read again. */
export const readAgain: unique symbol = Symbol("read again");

/** How many events of an output are searched for the one of a write. */
const searched = 100;

/**
 * Finds out which recorded value was read: the record was read first, and the object says which write made it.
 *
 * @param latest the last event before the read
 * @param loaded what the handler has registered
 * @returns undefined when nothing is recorded
 */
export async function provenanceOf(
  output: Output,
  latest: StoredEvent | undefined,
  loaded: LoadedObject | undefined,
  environment: LoadEnvironment,
): Promise<Read | typeof readAgain | undefined> {
  const known = latest && readOf(latest);
  if (output.definition.kind === "external") return known;
  if (loaded?.writeId === undefined && loaded?.digest === undefined) {
    // The handler tells nothing: the value is the recorded one unless another was recorded meanwhile.
    if (latest?.stored === undefined) return known;
    const again = await environment.storage.getLatestMaterialization(output.definition.name, output.key);
    return again?.id === latest.id ? known : readAgain;
  }
  if (latest !== undefined && isValueOf(latest, loaded)) return known;
  return findRead(output, latest, loaded, environment);
}

async function findRead(
  output: Output,
  before: StoredEvent | undefined,
  loaded: LoadedObject,
  environment: LoadEnvironment,
): Promise<Read | typeof readAgain | undefined> {
  const { storage, log } = environment;
  const { name } = output.definition;
  const partition = output.key && { partition: output.key };
  const events = await storage.getEventsForAsset(name, { ...partition, types: ["Materialization"], limit: searched });
  const [latest] = events as readonly StoredEvent[];
  const event = (events as readonly StoredEvent[]).find((each) => isValueOf(each, loaded));
  if (event !== undefined && (event.id === latest?.id || latest?.stored === undefined)) return readOf(event);
  const record = await latestOf(output, environment);
  const found = await look(output, record, environment);
  if (found.found === "overtaken") return readAgain;
  if (found.found === "announced") {
    const helped = storage.isReadOnly ? undefined : await recordAnnounced(output, found, record, environment);
    return helped !== undefined && isValueOf(helped, loaded) ? readOf(helped) : readAgain;
  }
  if (latest?.id !== before?.id || found.found === "recorded") return event === undefined ? readAgain : readOf(event);
  if (before === undefined) return undefined;
  // An older write that lies on a newer record counts as what it is; a value that nobody has recorded as its bytes.
  if (found.found === "unknown") {
    log.warn(`The stored value of ${JSON.stringify(name)} is not the one that was recorded last`, found.stored.path);
    await recordFinding(output, "Replaced", environment, record);
  }
  return event === undefined ? { dataVersion: loaded.digest ?? uniqueVersion(), eventId: undefined } : readOf(event);
}

/** Whether an object is what the write of an event has made. */
export function isValueOf({ stored, dataVersion }: StoredEvent, { writeId, digest }: LoadedObject): boolean {
  if (writeId !== undefined && writeId === stored?.writeId) return true;
  return digest !== undefined && (digest === stored?.digest || (stored === undefined && digest === dataVersion));
}

function readOf({ dataVersion, id }: StoredEvent): Read {
  return { dataVersion, eventId: id };
}
