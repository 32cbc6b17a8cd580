/** Many writers of one table, over a store that may fail, and what must hold of the table whatever happens. */

import type { StructType } from "../../../src/delta/schema/types.ts";
import type { TableStore } from "../../../src/delta/store.ts";
import { DeltaTable } from "../../../src/delta/table.ts";
import { readCommit } from "../../../src/delta/transaction/create-commit.ts";
import { isEdgewaterError } from "../../../src/errors.ts";
import { type Fault, randomFaults, withFaults } from "../../../src/object-store/with/faults.ts";
import { pick, randomOf } from "../random.ts";

/** Who races, and over what. */
export interface Race {
  readonly seed: number;
  /** The store without faults. */
  readonly store: TableStore;
  /** The store of each writer. Default: that without faults, which then fails as `faults` says. */
  readonly storeOf?: (writer: number) => TableStore;
  /** How the stores of the writers fail. Default: before and after they act. */
  readonly faults?: readonly Fault[];
  readonly writers?: number;
  readonly callsEach?: number;
}

/** Its columns are those of the schema. */
type Row = Readonly<Record<"id" | "region", string>>;

/** One call of a writer, and what came of it. `once` appends with a `txn`, and is repeated whatever came of it. */
interface Call {
  readonly kind: "append" | "overwrite" | "once";
  readonly name: string;
  readonly region: string;
  readonly rows: readonly Row[];
  result: "nothing" | "failed" | "unknown" | number;
}

const schema: StructType = {
  type: "struct",
  fields: ["id", "region"].map((name) => ({ name, type: "string", nullable: true, metadata: {} })),
};
const path = "race/table";
const regions = { eu: 1, us: 1 };
const properties = { "delta.checkpointInterval": "5" };
const retry = { maxRetries: 60, delayMs: 1, maxDelayMs: 16 };

/**
 * Lets writers append to a table that is not there at first, replace its partitions and repeat themselves, all at once. Returns what is
 * wrong with the table then: a version that two writers believe to be theirs, rows that are lost, doubled or not replaced.
 */
export async function race({ seed, store, storeOf, faults = ["before", "after"], writers = 4, callsEach = 4 }: Race): Promise<string[]> {
  const random = randomOf(seed);
  const calls = Array.from({ length: writers }, (_, writer) =>
    Array.from({ length: callsEach }, (_, number) => callOf(random, writer, number)),
  );
  await Promise.all(
    calls.map(async (ofWriter, writer) => {
      const own = storeOf?.(writer) ?? store;
      const faulty = faults.length === 0 ? own : withFaults(own, randomFaults({ seed: seed * 100 + writer, percent: 15, kinds: faults }));
      for (const call of ofWriter) await run(faulty, call);
    }),
  );
  return problemsOf(store, calls.flat());
}

function callOf(random: () => number, writer: number, number: number): Call {
  const kind = pick(random, { append: 2, overwrite: 1, once: 1 });
  const region = pick(random, regions);
  const name = `${kind} ${number} of ${writer}`;
  const rows = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, row) => ({ id: `${name}: ${row}`, region }));
  return { kind, name, region, rows, result: "nothing" };
}

async function run(store: TableStore, call: Call): Promise<void> {
  const { kind, name, region, rows } = call;
  const replacing =
    kind === "overwrite" ? ({ mode: "overwrite", replaceWhere: `region = '${region}'` } as const) : { mode: "append" as const };
  const once = kind === "once" ? { txn: { appId: name, version: 1n } } : {};
  const options = { schema, partitionBy: ["region"], properties, commitMetadata: { call: name }, retry, ...replacing, ...once };
  for (let turn = 0; turn < (kind === "once" ? 2 : 1); turn++) {
    try {
      const { isCommitted, version } = await DeltaTable.write(store, path, rows, options);
      if (isCommitted) call.result = version;
    } catch (error) {
      if (!isEdgewaterError(error, "Unavailable", "Conflict")) throw error;
      if (typeof call.result === "number") continue;
      call.result = error.outcome === "unknown" || call.result === "unknown" ? "unknown" : "failed";
    }
  }
}

/** Follows the log from its start, and compares the rows of each version with those that its calls should have made. */
async function problemsOf(store: TableStore, calls: readonly Call[]): Promise<string[]> {
  const problems: string[] = [];
  const byName = new Map(calls.map((call) => [call.name, call]));
  const committed = new Map<string, number>();
  let expected: Row[] = [];
  let version = 0;
  for (; ; version++) {
    const actions = await readCommit({ store, root: path }, version);
    if (actions === undefined) break;
    const info = actions.flatMap((action) => ("commitInfo" in action ? [action.commitInfo] : []))[0];
    const call = byName.get(String(info?.["call"]));
    if (call === undefined) return [...problems, `version ${version} is of no call`];
    if (committed.has(call.name)) problems.push(`${call.name} is committed as ${committed.get(call.name)} and ${version}`);
    committed.set(call.name, version);
    if (call.kind === "overwrite") expected = expected.filter(({ region }) => region !== call.region);
    expected = [...expected, ...call.rows];
    const isChecked = version % 7 === 0;
    if (isChecked) problems.push(...(await differences(store, version, expected)));
  }
  problems.push(...(await differences(store, version - 1, expected)));
  for (const { name, result } of calls) {
    const at = committed.get(name);
    const isRight = typeof result === "number" ? at === result : result === "unknown" || at === undefined;
    if (!isRight) problems.push(`${name} ended with ${result}, and is committed as ${at}`);
  }
  return problems;
}

async function differences(store: TableStore, version: number, expected: readonly Row[]): Promise<string[]> {
  const table = await DeltaTable.open(store, path, { version });
  const texts = (rows: readonly unknown[]): string => JSON.stringify(rows.map((row) => JSON.stringify(row)).sort());
  const [found, wanted] = [texts(await table.toRows()), texts(expected)];
  return found === wanted ? [] : [`version ${version} has ${found} instead of ${wanted}`];
}
