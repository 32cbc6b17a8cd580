import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { AnyEvent, NewEvent } from "./events.ts";
import type { AssetDefinition, LogRecord, RunRecord, RunStatus, TickRecord } from "./records.ts";

/** A condition that must hold when a batch is written. */
export type Precondition =
  /** The value of a key in the key-value store; undefined: the key does not exist. */
  | { readonly kv: string; readonly is: Uint8Array | undefined }
  /** The id of the last materialization of an asset or partition; undefined: it was never materialized. */
  | { readonly latest: string; readonly partition?: string | PartitionKey; readonly is: number | undefined }
  /** The stored status of a run, which is never `Interrupted`; undefined: the run does not exist. */
  | { readonly run: string; readonly is: RunStatus | undefined }
  /** The owner of the lease of a run, or of one of its steps, and its beat where one is given; undefined: there is no lease. */
  | { readonly lease: string; readonly step?: string; readonly owner: string | undefined; readonly beat?: number }
  /** The id of an event that must exist. */
  | { readonly event: number };

/** A change of the lease of a run, or of one of its steps. */
export type LeaseChange =
  /** Takes the lease, or renews it when the owner holds it already: its beat grows by one. */
  | {
      readonly runId: string;
      readonly step?: string | undefined;
      readonly owner: string;
      readonly attempt: number;
      readonly ttlMs: number;
      readonly holder?: string | undefined;
    }
  /** Ends the lease; that of a run ends those of its steps too. */
  | { readonly runId: string; readonly step?: string | undefined; readonly owner: undefined };

/** The writes of one commit: all of them take effect, or none. */
export interface Batch {
  /**
   * Names the commit, so that it can be sent again when its answer was lost: a second commit with this id writes nothing and
   * returns the events of the first. A batch with nothing but an id gives the id up: no later commit with it takes effect. It is
   * remembered for a day. Make a new UUID for each commit, also after a refusal.
   */
  readonly id?: string | undefined;
  /** Conditions that must all hold when the batch is written; otherwise the commit fails with `PreconditionFailed`. */
  readonly preconditions?: readonly Precondition[];
  /** Runs to add, or to replace by their `runId`. */
  readonly runs?: readonly RunRecord[];
  /** Assets to add to the catalogue, or to replace by their `assetKey`. */
  readonly assets?: readonly AssetDefinition[];
  /** Events to append. */
  readonly events?: readonly NewEvent[];
  /** Log lines to append. */
  readonly logs?: readonly LogRecord[];
  /** Ticks to append. */
  readonly ticks?: readonly TickRecord[];
  /** Values to set in the key-value store; `undefined` deletes the key. */
  readonly kv?: readonly { readonly key: string; readonly value: Uint8Array | undefined }[];
  /** Keys to add to and remove from dynamic partitions definitions. */
  readonly dynamicPartitions?: readonly DynamicPartitionsChange[];
  /** Leases to take, to renew and to end. */
  readonly leases?: readonly LeaseChange[];
  /** Rows to delete. Deleting an event keeps the latest record of its asset. */
  readonly deletes?: Deletes;
}

/** A change of one dynamic partitions definition. Removals happen before additions. */
export interface DynamicPartitionsChange {
  /** Name of the definition. */
  readonly definition: string;
  /** Keys to add; existing keys keep their position. */
  readonly add?: readonly string[];
  /** Keys to remove; unknown keys are ignored. */
  readonly remove?: readonly string[];
}

/** Rows to delete. */
export interface Deletes {
  /** Ids of events. */
  readonly events?: readonly number[];
  /** Ids of runs; their logs are deleted too. */
  readonly runs?: readonly string[];
  /** Assets to delete from the catalogue, with their latest records; their events stay. */
  readonly assets?: readonly string[];
}

/** How long a back end remembers the ids of commits, in milliseconds. */
export const commitMemoryMs: number = 24 * 60 * 60 * 1000;

/** Whether a batch does nothing but give its id up. */
export function givesUp(batch: Batch): boolean {
  return Object.entries(batch).every(([name, value]) => name === "id" || value === undefined);
}

/**
 * What a commit returns whose id is known: the events of the first commit with it.
 *
 * @param lastId the id of the last event of the first commit; undefined when the id was given up
 * @throws `PreconditionFailed` for an id that was given up
 */
export function repeated(store: string, batch: Batch, lastId: number | undefined): readonly AnyEvent[] {
  if (lastId !== undefined || givesUp(batch)) return numbered(batch.events ?? [], lastId ?? 0);
  throw idGivenUp(store, batch);
}

/** The error of a commit whose id was given up. */
export function idGivenUp(store: string, { id }: Batch): EdgewaterError<"PreconditionFailed"> {
  const message = `Cannot commit to ${store}: the id ${id} was given up; nothing was written; commit with a new id`;
  return new EdgewaterError("PreconditionFailed", message, { store, field: "id" });
}

/** The events of a batch with their ids, given the id of the last one. */
export function numbered(events: readonly NewEvent[], lastId: number): readonly AnyEvent[] {
  return events.map((event, index) => ({ ...event, id: event.id ?? lastId - events.length + 1 + index }));
}

/** The error of a commit with a precondition that does not hold. */
export function preconditionFailed(store: string, { preconditions = [], events = [] }: Batch): EdgewaterError<"PreconditionFailed"> {
  const id = events[0]?.id;
  const all = [...preconditions.map(describe), ...(id === undefined ? [] : [`every event must have a smaller id than ${id}`])];
  const message = `Cannot commit to ${store}: one of its preconditions does not hold (${all.join("; ")}); nothing was written`;
  return new EdgewaterError("PreconditionFailed", message, { store });
}

function describe(precondition: Precondition): string {
  if ("kv" in precondition)
    return `the key ${JSON.stringify(precondition.kv)} ${precondition.is === undefined ? "must not exist" : "must have the expected value"}`;
  if ("run" in precondition)
    return `the run ${precondition.run} must ${precondition.is ? `have the status ${precondition.is}` : "not exist"}`;
  if ("event" in precondition) return `the event ${precondition.event} must exist`;
  if ("lease" in precondition) {
    const { lease, step, owner, beat } = precondition;
    const what = `the lease of ${step === undefined ? "" : `the step ${JSON.stringify(step)} of `}the run ${lease}`;
    return owner === undefined ? `${what} must be free` : `${what} must be held by ${owner}${beat === undefined ? "" : ` at beat ${beat}`}`;
  }
  const { latest, partition, is } = precondition;
  const name = JSON.stringify(partition === undefined ? latest : `${latest}[${partition}]`);
  return is === undefined ? `${name} must not be materialized yet` : `the last materialization of ${name} must have the id ${is}`;
}

/** Whether two values of the key-value store have the same bytes, or are both undefined. */
export function sameBytes(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  return left === right || (left?.length === right?.length && left !== undefined && left.every((byte, index) => byte === right?.[index]));
}
