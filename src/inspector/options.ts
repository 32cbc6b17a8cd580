/** The options of `inspect` and of the methods of an inspection. */
import {
  aBoolean,
  aName,
  anArray,
  anyValue,
  aSignal,
  aString,
  checkOptions,
  type OptionKind,
  type OptionKinds,
  objectOf,
  oneOf,
  required,
  wholeNumber,
} from "../options.ts";
import type {
  ActOptions,
  AssetQuery,
  BytesQuery,
  DiffQuery,
  ImportQuery,
  Inspection,
  LogsQuery,
  ObjectsQuery,
  PartitionRowsQuery,
  PartitionsQuery,
  PreviewQuery,
  RunsQuery,
  SignalOptions,
  WhyQuery,
} from "./inspection.ts";

/** How much is shown of values at most. */
export interface InspectionLimits {
  /** The largest value that is loaded to be shown, in bytes. */
  readonly previewBytes: number;
  /** The rows of one answer. */
  readonly rows: number;
  /** The characters of a text within a value. */
  readonly cell: number;
  /** How deep values are shown. */
  readonly depth: number;
  /** The members of an array or object. */
  readonly members: number;
}

/** Options of `inspect`. */
export interface InspectionOptions {
  /** The name for the title; that of the repository unless given. */
  readonly name?: string;
  /** Where the records are, such as `IndexedDB, this tab`; the name of the Storage unless given. */
  readonly where?: string;
  /** How much is shown of values at most; 8,000,000 bytes, 1,000 rows, 200 characters, 6 levels and 200 members unless given. */
  readonly limits?: Partial<InspectionLimits>;
}

/** The limits unless others are given. */
export const defaultLimits: InspectionLimits = { previewBytes: 8_000_000, rows: 1000, cell: 200, depth: 6, members: 200 };

const limitKinds: OptionKinds<InspectionLimits> = {
  previewBytes: wholeNumber(1),
  rows: wholeNumber(1),
  cell: wholeNumber(1),
  depth: wholeNumber(1),
  members: wholeNumber(1),
};

const position = wholeNumber(0);
const aTime: OptionKind = {
  expected: "a number of milliseconds",
  accepts: (value) => typeof value === "number" && Math.abs(value) <= 8.64e15,
};
const upTo = (least: number, most: number): OptionKind => ({
  expected: `a whole number from ${least} to ${most}`,
  accepts: (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most,
});
const aRange: OptionKind = {
  expected: "two whole numbers, the second not smaller than the first",
  accepts: (value) =>
    Array.isArray(value) && value.length === 2 && value.every((each) => position.accepts(each)) && Number(value[0]) <= Number(value[1]),
};
const aSort: OptionKind = {
  expected: 'the name of a column with "up" or "down"',
  accepts: (value) =>
    Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && (value[1] === "up" || value[1] === "down"),
};
const aPath: OptionKind = {
  expected: "an array of names and positions",
  accepts: (value) => Array.isArray(value) && value.every((each) => typeof each === "string" || position.accepts(each)),
};

const signalOnly: OptionKinds<SignalOptions> = { signal: aSignal };
const asset: OptionKinds<AssetQuery> = { versions: upTo(1, 500), before: wholeNumber(1), partition: aString, signal: aSignal };
const partitions: OptionKinds<PartitionsQuery> = { measure: aName, signal: aSignal };
const partitionRows: OptionKinds<PartitionRowsQuery> = { from: required(position), to: required(position), signal: aSignal };
const runs: OptionKinds<RunsQuery> = {
  before: aTime,
  limit: upTo(1, 500),
  status: oneOf("Started", "Interrupted", "Success", "Failure", "Canceled"),
  signal: aSignal,
};
const logs: OptionKinds<LogsQuery> = { after: aString, limit: upTo(1, 500), signal: aSignal };
const why: OptionKinds<WhyQuery> = { partition: aString, signal: aSignal };
const preview: OptionKinds<PreviewQuery> = {
  partition: aString,
  version: wholeNumber(1),
  rows: aRange,
  path: aPath,
  sort: aSort,
  find: aString,
  maxBytes: wholeNumber(1),
  firstRows: wholeNumber(1),
  signal: aSignal,
};
const bytes: OptionKinds<BytesQuery> = { partition: aString, version: wholeNumber(1), signal: aSignal };
const diff: OptionKinds<DiffQuery> = {
  from: required(wholeNumber(1)),
  to: required(wholeNumber(1)),
  partition: aString,
  limit: upTo(1, 1000),
  signal: aSignal,
};
const objects: OptionKinds<ObjectsQuery> = { prefix: aString, after: aString, limit: upTo(1, 500), signal: aSignal };
const act: OptionKinds<ActOptions> = { id: aName, actor: aName, signal: aSignal };
const importKinds: OptionKinds<ImportQuery> = { merge: aBoolean, dryRun: aBoolean, signal: aSignal };
const inspect: OptionKinds<InspectionOptions> = { name: aName, where: aName, limits: objectOf(limitKinds) };

const names = required(anArray);
const runId = required(aName);
const actions: Readonly<Record<string, OptionKinds<object>>> = {
  ...Object.fromEntries(
    ["materialize", "backfill"].map((type) => [
      type,
      { type: anyValue, selection: names, partitions: anArray, includeUpstream: aBoolean, only: oneOf("missing", "stale", "failed") },
    ]),
  ),
  resume: { type: anyValue, runId, force: aBoolean },
  cancel: { type: anyValue, runId },
  end: { type: anyValue, runId },
  observe: { type: anyValue, selection: names },
  automate: { type: anyValue },
  write: { type: anyValue, asset: required(aName), partition: aString, value: anyValue },
  rollback: { type: anyValue, asset: required(aName), partition: aString, version: required(wholeNumber(1)) },
  delete: { type: anyValue, keys: names },
  prune: { type: anyValue, before: required(aTime) },
  persist: { type: anyValue },
} as Readonly<Record<string, OptionKinds<object>>>;

/** The methods of an inspection that have options. */
type InspectionMethod = Exclude<keyof Inspection, "events" | "close">;

const methods: Readonly<Record<InspectionMethod, OptionKinds<object>>> = {
  snapshot: signalOnly,
  asset,
  partitions,
  partitionRows,
  runs,
  run: signalOnly,
  logs,
  why,
  preview,
  bytes,
  diff,
  automation: signalOnly,
  objects,
  storage: signalOnly,
  plan: signalOnly,
  act,
  export: signalOnly,
  import: importKinds,
};

/**
 * Checks the options of a method of an inspection.
 *
 * @throws `SettingsError` for an unknown option, a value of a wrong type, and a required option that is missing
 */
export function checkCallOptions(method: InspectionMethod, options: unknown): void {
  checkOptions(`inspection.${method}`, options, methods[method]);
}

/** Checks the options of `inspect`. @throws `SettingsError` */
export function checkInspectionOptions(options: unknown): void {
  checkOptions("inspect", options, inspect);
}

/** Checks an action. @throws `SettingsError` for an unknown type, and for a field that is missing, unknown or of a wrong type */
export function checkAction(action: unknown): void {
  const type = typeof action === "object" && action !== null ? (action as { readonly type?: unknown }).type : undefined;
  const kinds = typeof type === "string" && Object.hasOwn(actions, type) ? actions[type] : undefined;
  checkOptions(
    kinds === undefined ? "an action" : `the action ${String(type)}`,
    action,
    kinds ?? { type: required(oneOf(...Object.keys(actions))) },
  );
}
