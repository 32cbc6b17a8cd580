import { describe, expect, it } from "vitest";
import { bindCondition } from "../../../../src/delta/expression/bind.ts";
import { parseExpression } from "../../../../src/delta/expression/parse.ts";
import type { Action, AddFile } from "../../../../src/delta/log/actions.ts";
import { fileIdentity } from "../../../../src/delta/log/file-identity.ts";
import { loadSnapshot, type Snapshot } from "../../../../src/delta/log/snapshot.ts";
import type { StructType } from "../../../../src/delta/schema/types.ts";
import { fileFacts } from "../../../../src/delta/statistics/file-facts.ts";
import { mayMatch } from "../../../../src/delta/statistics/skip.ts";
import type { TableLocation } from "../../../../src/delta/store.ts";
import { type CommitStore, readCommit } from "../../../../src/delta/transaction/create-commit.ts";
import { type Plan, readNothing } from "../../../../src/delta/transaction/plan.ts";
import { type Transacted, transact } from "../../../../src/delta/transaction/transact.ts";
import { isEdgewaterError } from "../../../../src/errors.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import { type Fault, randomFaults, withFaults } from "../../../../src/object-store/with/faults.ts";
import { commit, created } from "../../../support/delta/written-log.ts";
import { randomOf } from "../../../support/random.ts";

const schema: StructType = { type: "struct", fields: [{ name: "region", type: "string", nullable: true, metadata: {} }] };
const facts = { schema, partitionColumns: ["region"], mapping: "none" } as const;
const regions = ["eu", "us"];
const retry = { maxRetries: 60, delayMs: 1, maxDelayMs: 8 };

/**
 * `overwrite` replaces the files of a region, `delete` removes one of them, `derive` adds a file that is made from one of them, and `once`
 * adds a file with a `txn`.
 */
const kindsOfCalls = ["append", "overwrite", "delete", "derive", "once"] as const;

/** What one call of a writer was asked to do, and what came of it. */
interface Call {
  readonly kind: (typeof kindsOfCalls)[number];
  readonly region: string;
  /** The file that it adds in each attempt starts with this. */
  readonly name: string;
  result?: Transacted | { readonly kind: "failed" | "unknown" };
}

/** Reads the newest version, as often as the store fails. */
async function load(table: TableLocation): Promise<Snapshot & { readonly facts: typeof facts }> {
  while (true) {
    try {
      return { ...(await loadSnapshot(table)), facts };
    } catch (error) {
      if (!isEdgewaterError(error, "Unavailable")) throw error;
    }
  }
}

function planOf({ kind, region, name }: Call, snapshot: Snapshot, attempt: number): Plan | undefined {
  const file: Action = {
    add: { path: `${name}-${attempt}`, partitionValues: { region }, size: 1, modificationTime: 1, dataChange: true },
  };
  const commitInfo = { operation: name };
  if (kind === "append" || kind === "once") return { actions: [file], reads: readNothing, commitInfo };
  const rows = bindCondition(parseExpression(`region = '${region}'`), schema);
  const found = Array.from(snapshot.files()).filter((each) => mayMatch(rows, fileFacts(each, facts)));
  const old = kind === "overwrite" ? found : found.slice(0, 1);
  const removes = old.map(({ path }): Action => ({ remove: { path, dataChange: true, deletionTimestamp: 1 } }));
  const files = new Set(old.map(fileIdentity));
  if (kind === "overwrite") return { actions: [...removes, file], reads: { rows, files }, commitInfo };
  if (old.length === 0) return undefined;
  // A delete conflicts with others by what it removes alone.
  if (kind === "delete") return { actions: removes, reads: readNothing, commitInfo };
  return { actions: [file], reads: { rows: "none", files }, commitInfo: { ...commitInfo, from: old[0]?.path } };
}

async function run(table: TableLocation<CommitStore>, call: Call): Promise<void> {
  let attempt = 0;
  try {
    call.result = await transact({
      table,
      load: () => load(table),
      work: async (snapshot) => planOf(call, snapshot as Snapshot, attempt++),
      ...(call.kind === "once" ? { txn: { appId: call.region, version: BigInt(call.name.split("-")[1] ?? 0) } } : {}),
      retry,
    });
  } catch (error) {
    if (!isEdgewaterError(error, "Conflict", "Unavailable")) throw error;
    call.result = { kind: error.outcome === "unknown" ? "unknown" : "failed" };
  }
}

/** Follows the log from its start, and checks each commit against what its call has asked for. */
async function check(table: TableLocation, calls: readonly Call[]): Promise<void> {
  const live = new Map<string, AddFile>();
  const byName = new Map(calls.map((call) => [call.name, call]));
  const committed = new Map<string, number>();
  const recorded = new Map<string, bigint>();
  let version = 1;
  for (let actions = await readCommit(table, version); actions !== undefined; actions = await readCommit(table, ++version)) {
    const info = actions.flatMap((action) => ("commitInfo" in action ? [action.commitInfo] : []))[0];
    const call = byName.get(String(info?.["operation"])) as Call;
    expect(committed.has(call.name), `${call.name} is committed twice`).toBe(false);
    committed.set(call.name, version);
    const removes = actions.flatMap((action) => ("remove" in action ? [action.remove.path] : []));
    const inRegion = [...live.values()].filter(({ partitionValues }) => partitionValues["region"] === call.region);
    const paths = inRegion.map(({ path }) => path).sort();
    if (call.kind === "overwrite") expect(removes.sort(), `${call.name} replaces what is there`).toEqual(paths);
    else if (call.kind === "delete") expect(paths, `${call.name} removes a file that is there`).toEqual(expect.arrayContaining(removes));
    else expect(removes).toEqual([]);
    if (call.kind === "derive") expect(paths, `${call.name} is made from a file that is there`).toContain(info?.["from"]);
    for (const path of removes) live.delete(path);
    for (const action of actions) {
      if ("add" in action) live.set(action.add.path, action.add);
      if ("txn" in action) {
        expect(action.txn.version > (recorded.get(action.txn.appId) ?? -1n), `${call.name} is no repetition`).toBe(true);
        recorded.set(action.txn.appId, action.txn.version);
      }
    }
  }
  const snapshot = await loadSnapshot(table);
  expect(snapshot.version).toBe(version - 1);
  expect(Array.from(snapshot.files(), ({ path }) => path).sort()).toEqual([...live.keys()].sort());
  for (const { name, result } of calls) {
    if (result?.kind === "committed") expect(committed.get(name), name).toBe(result.version);
    else if (result?.kind !== "unknown") expect(committed.has(name), `${name} was not committed: ${result?.kind}`).toBe(false);
  }
}

async function race(seed: number, kinds: readonly Fault[]): Promise<readonly Call[]> {
  const random = randomOf(seed);
  const shared = new MemoryStore();
  await commit({ store: shared, root: "table" }, 0, created());
  const writers = 6;
  const calls = Array.from({ length: writers }, (_, writer) =>
    Array.from({ length: 5 }, (_, number): Call => {
      const kind = kindsOfCalls[Math.floor(random() * kindsOfCalls.length)] ?? "append";
      return { kind, region: regions[Math.floor(random() * regions.length)] ?? "eu", name: `${kind}${writer}-${number}` };
    }),
  );
  await Promise.all(
    calls.map(async (ofWriter, writer) => {
      const store = kinds.length === 0 ? shared : withFaults(shared, randomFaults({ seed: seed * 100 + writer, percent: 20, kinds }));
      for (const call of ofWriter) await run({ store, root: "table" }, call);
    }),
  );
  await check({ store: shared, root: "table" }, calls.flat());
  return calls.flat();
}

describe("many writers of a table", () => {
  it("lose nothing, double nothing and replace exactly what is there", async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const calls = await race(seed, []);
      expect(calls.filter(({ result }) => result?.kind === "failed" || result?.kind === "unknown")).toEqual([]);
    }
  });

  it.each<[string, readonly Fault[]]>([
    ["loses answers", ["after"]],
    ["fails before and after it acts, and is slow", ["before", "after", { delayMs: 1 }, { delayMs: 3 }]],
  ])("do so over a store that %s", async (_, kinds) => {
    for (let seed = 1; seed <= 2; seed++) await race(seed, kinds);
  });
});
