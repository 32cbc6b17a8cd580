import { nameProblem } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import {
  aBoolean,
  anArray,
  arrayOf,
  aString,
  checkOptions,
  type OptionKind,
  type OptionKinds,
  oneOf,
  required,
  wholeNumber,
} from "../options.ts";
import type { Backend, EventsQuery, LatestQuery, Place, RunsQuery, TicksQuery } from "../storage/backend.ts";
import type { Batch } from "../storage/batch.ts";
import { isPlain } from "../storage/json-value.ts";
import { batchFrom } from "./batch-json.ts";
import { longestWaitMs, pageSize } from "./protocol.ts";

/** What each operation asks for. Its answer is that of the back end's method with the same name. */
export interface Asks {
  /** Whether the server is there, has the same versions, and permits reading. */
  readonly open: Readonly<Record<never, never>>;
  readonly commit: Batch;
  readonly events: EventsQuery & { readonly limit: number };
  /** Events after an id, for which the server waits. */
  readonly nextEvents: { readonly after: number; readonly waitMs: number };
  readonly materialization: { readonly assetKey: string; readonly partitionId: string };
  readonly latestOf: { readonly places: readonly Place[] };
  readonly latest: LatestQuery;
  readonly definitions: { readonly assetKey?: string | undefined };
  readonly run: { readonly runId: string };
  readonly runs: RunsQuery;
  readonly leases: { readonly runId?: string | undefined; readonly step?: string | undefined };
  readonly logs: { readonly runId: string };
  readonly ticks: TicksQuery;
  readonly kv: { readonly key: string };
  readonly kvList: { readonly prefix: string };
  readonly dynamicPartitions: { readonly definition?: string | undefined };
}

/** The name of an operation: the last part of the path of its URL. */
export type Operation = keyof Asks;

/** The answer to each operation. */
export type Answers = {
  readonly [Name in Operation]: Name extends keyof Backend ? Awaited<ReturnType<NonNullable<Backend[Name]>>> : undefined;
};

const count = wholeNumber(0);
const upTo = (most: number): OptionKind => ({
  expected: `a whole number from 0 to ${most}`,
  accepts: (value) => count.accepts(value) && Number(value) <= most,
});
const name = required(aString);

/** The fields of each question but the batch of a commit, which has a check of its own. */
const kinds: { readonly [Name in Exclude<Operation, "commit">]: OptionKinds<Asks[Name]> } = {
  open: {},
  events: {
    assetKey: aString,
    partitionId: aString,
    runId: aString,
    types: arrayOf(aString),
    after: count,
    before: count,
    newestFirst: aBoolean,
    limit: required(upTo(pageSize)),
  },
  nextEvents: { after: required(count), waitMs: required(upTo(longestWaitMs)) },
  materialization: { assetKey: name, partitionId: name },
  latestOf: { places: required(anArray) },
  latest: { assetKey: aString, of: required(oneOf("assets", "partitions")) },
  definitions: { assetKey: aString },
  run: { runId: name },
  runs: { status: oneOf("Started", "Interrupted", "Success", "Failure", "Canceled"), limit: count },
  leases: { runId: aString, step: aString },
  logs: { runId: name },
  ticks: { name: aString, limit: count },
  kv: { key: name },
  kvList: { prefix: name },
  dynamicPartitions: { definition: aString },
};
const place: OptionKinds<Place> = { assetKey: name, partition: aString };

/** Whether a text names an operation. */
export function isOperation(text: string): text is Operation {
  return text === "commit" || Object.hasOwn(kinds, text);
}

/**
 * Checks a question that has arrived, so that a back end only gets what a Storage would ask it.
 *
 * @throws `SettingsError`, `InvalidPath`, `MetadataError`, `PartitionError`
 */
export function askFrom<Name extends Operation>(operation: Name, json: unknown): Asks[Name] {
  if (operation === "commit") return batchOf(json) as Asks[Name];
  const owner = `the question ${operation}`;
  checkOptions<object>(owner, json, kinds[operation as Exclude<Name, "commit">]);
  const ask = json as Readonly<Record<string, unknown>>;
  checkNames(owner, ask);
  for (const each of (ask["places"] ?? []) as readonly Record<string, unknown>[]) {
    checkOptions<Place>(`${owner}.places`, each, place);
    checkNames(`${owner}.places`, each);
  }
  return ask as Asks[Name];
}

function checkNames(owner: string, ask: Readonly<Record<string, unknown>>): void {
  for (const field in ask) {
    const value = ask[field];
    const problem = typeof value === "string" ? nameProblem(value) : undefined;
    if (problem !== undefined) throw new EdgewaterError("InvalidPath", `Invalid ${field} of ${owner}: ${problem}`, { field });
  }
}

/** The batch of a commit; the Storage checks its fields. */
function batchOf(json: unknown): Batch {
  if (!isPlain(json)) throw new EdgewaterError("SettingsError", "Invalid batch: expected an object", { field: "batch" });
  try {
    return batchFrom(json);
  } catch (cause) {
    if (cause instanceof EdgewaterError) throw cause;
    throw new EdgewaterError("SettingsError", "Invalid batch: a list of it has something else than rows", { field: "batch", cause });
  }
}
