import { describe, expect, it } from "vitest";
import type { Action } from "../../../../src/delta/log/actions.ts";
import { commitName } from "../../../../src/delta/log/file-names.ts";
import { loadSnapshot } from "../../../../src/delta/log/snapshot.ts";
import { logKey, type TableLocation } from "../../../../src/delta/store.ts";
import { commitPlan } from "../../../../src/delta/transaction/commit.ts";
import { type CommitStore, createCommit, readCommit } from "../../../../src/delta/transaction/create-commit.ts";
import { type Plan, readEverything, readNothing } from "../../../../src/delta/transaction/plan.ts";
import { transact } from "../../../../src/delta/transaction/transact.ts";
import { EdgewaterError, isEdgewaterError } from "../../../../src/errors.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";
import type { FullPutOptions, PutResult, StreamBody } from "../../../../src/object-store/types.ts";
import { type ChooseFault, withFaults } from "../../../../src/object-store/with/faults.ts";
import { added, commit, created, metadata, removed, tableOf } from "../../../support/delta/written-log.ts";

const facts = { schema: { type: "struct", fields: [] }, partitionColumns: [], mapping: "none" } as const;
const retry = { maxRetries: 5, delayMs: 0 };
const append = (path: string): Plan => ({ actions: [added(path)], reads: readNothing, commitInfo: { operation: "WRITE" } });

/** The version of a table as a transaction reads it. */
async function readOf(table: TableLocation<CommitStore>) {
  return { ...(await loadSnapshot(table)), facts };
}

async function infoOf(table: TableLocation, version: number): Promise<Readonly<Record<string, unknown>>> {
  const [first] = (await readCommit(table, version)) ?? [];
  return first !== undefined && "commitInfo" in first ? first.commitInfo : {};
}

/** The same table through a store whose commits fail as chosen; `number` counts the writes of commits. */
function faulty(
  { store, root }: TableLocation<CommitStore>,
  choose: (number: number, key: string) => ReturnType<ChooseFault>,
): TableLocation<CommitStore> {
  let number = 0;
  const isCommit = /_delta_log\/\d{20}\.json$/;
  return {
    store: withFaults(store as MemoryStore, ({ verb, key }) => (verb === "put" && isCommit.test(key) ? choose(++number, key) : undefined)),
    root,
  };
}

describe("committing a plan", () => {
  it("creates the next version, and says who made it", async () => {
    const table = await tableOf(created());
    const plan = { ...append("a"), commitInfo: { operation: "WRITE", operationParameters: { mode: "Append" }, by: "me" } };
    expect(await commitPlan(plan, { table, read: await readOf(table) })).toEqual({ version: 1, winners: 0 });
    expect(await readCommit(table, 1)).toHaveLength(2);
    expect(await infoOf(table, 1)).toMatchObject({
      operation: "WRITE",
      operationParameters: { mode: "Append" },
      by: "me",
      readVersion: 0,
      isBlindAppend: true,
      isolationLevel: "Serializable",
      engineInfo: "edgewater",
      txnId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      timestamp: expect.any(Number),
    });
  });

  it("creates a table as version 0, and conflicts with another one", async () => {
    const table = { store: new MemoryStore(), root: "new" };
    const plan: Plan = { actions: created().slice(1), reads: readNothing, commitInfo: { operation: "CREATE TABLE" } };
    expect(await commitPlan(plan, { table, read: undefined })).toEqual({ version: 0, winners: 0 });
    await expect(commitPlan(plan, { table, read: undefined })).rejects.toMatchObject({ code: "Conflict", field: "ProtocolChanged" });
  });

  it("moves a blind append behind all commits of others", async () => {
    const table = await tableOf(created());
    const read = await readOf(table);
    for (const version of [1, 2, 3]) await commit(table, version, [added(`other-${version}`)]);
    expect(await commitPlan(append("a"), { table, read })).toEqual({ version: 4, winners: 3 });
  });

  it("stops at the first commit that conflicts, and writes nothing", async () => {
    const table = await tableOf(created());
    const read = await readOf(table);
    await commit(table, 1, [{ commitInfo: {} }]);
    await commit(table, 2, [added("other")]);
    await expect(commitPlan({ ...append("a"), reads: readEverything }, { table, read })).rejects.toMatchObject({
      code: "Conflict",
      field: "ConcurrentAppend",
      key: logKey("table", commitName(2)),
    });
    expect((await loadSnapshot(table)).version).toBe(2);
  });

  it("keeps in-commit timestamps in order, whatever the clock says", async () => {
    const configuration = { "delta.enableInCommitTimestamps": "true" };
    const future = Date.now() + 1_000_000;
    const table = await tableOf([{ commitInfo: { inCommitTimestamp: future } }, ...created({ configuration }).slice(1)]);
    const read = await readOf(table);
    await commitPlan(append("a"), { table, read });
    expect(await infoOf(table, 1)).toMatchObject({ inCommitTimestamp: future + 1 });
    expect(await commitPlan(append("b"), { table, read: { ...read, commitInfo: undefined } })).toMatchObject({ version: 2 });
    expect(await infoOf(table, 2)).toMatchObject({ inCommitTimestamp: future + 2 });
  });
});

describe("a commit whose answer is lost", () => {
  it("counts once, as the version that it became", async () => {
    const table = await tableOf(created());
    const lossy = faulty(table, (number) => (number === 1 ? "after" : undefined));
    expect(await commitPlan(append("a"), { table: lossy, read: await readOf(table), retry })).toEqual({ version: 1, winners: 0 });
    expect((await loadSnapshot(table)).version).toBe(1);
  });

  it("is written again if it did not happen", async () => {
    const table = await tableOf(created());
    const lossy = faulty(table, (number) => (number <= 2 ? "before" : undefined));
    expect(await commitPlan(append("a"), { table: lossy, read: await readOf(table), retry })).toEqual({ version: 1, winners: 0 });
  });

  it("has lost if another writer has the version", async () => {
    const table = { store: new Resetting(), root: "table" };
    await commit(table, 0, created());
    const read = await readOf(table);
    await commit(table, 1, [added("other")]);
    expect(await commitPlan(append("a"), { table, read, retry })).toMatchObject({ version: 2 });
    expect(Array.from((await loadSnapshot(table)).files(), ({ path }) => path).sort()).toEqual(["a", "other"]);
  });

  it("is said to be unknown if nothing more can be found out", async () => {
    const table = await tableOf(created());
    const read = await readOf(table);
    const lossy = faulty(table, () => "after");
    const store = withFaults(lossy.store as MemoryStore, ({ verb, key }) =>
      verb === "get" && key.endsWith("1.json") ? "before" : undefined,
    );
    const failure = await commitPlan(append("a"), { table: { ...lossy, store }, read, retry }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "Unavailable", outcome: "unknown", message: expect.stringContaining("may have been committed") });
  });

  it("fails without that if it surely did not happen", async () => {
    const table = await tableOf(created());
    const failure = await commitPlan(append("a"), { table: faulty(table, () => "before"), read: await readOf(table), retry }).catch(
      (error: unknown) => error,
    );
    expect(isEdgewaterError(failure, "Unavailable") && failure.outcome).toBeUndefined();
    expect((await loadSnapshot(table)).version).toBe(0);
  });

  it("ends with the signal", async () => {
    const table = await tableOf(created());
    const read = await readOf(table);
    const abort = new AbortController();
    const lossy = faulty(table, () => {
      abort.abort("enough");
      return "before";
    });
    await expect(commitPlan(append("a"), { table: lossy, read, retry, signal: abort.signal })).rejects.toMatchObject({ code: "Aborted" });
  });

  it("refuses a winner's commit that is damaged", async () => {
    const table = await tableOf(created());
    const read = await readOf(table);
    await table.store.put(logKey(table.root, commitName(1)), '{"add":{"path":"a","si');
    await expect(commitPlan(append("a"), { table, read })).rejects.toMatchObject({
      code: "Integrity",
      key: logKey("table", commitName(1)),
    });
  });
});

/** A store whose answer to the creation of version 1 is lost, whether it was created or refused. */
class Resetting extends MemoryStore {
  override async put(key: string, body: StreamBody, options: FullPutOptions = {}): Promise<PutResult> {
    const result = await super.put(key, body, options).catch((error: unknown) => error);
    const isLost = options.mode === "create" && key.endsWith("1.json");
    if (isLost) throw new EdgewaterError("Unavailable", "the connection was reset", { outcome: "unknown" });
    if (isEdgewaterError(result)) throw result;
    return result as PutResult;
  }
}

describe("a store that ignores conditions", () => {
  class Ignorant extends MemoryStore {
    override async put(key: string, body: StreamBody, { mode: _, ...options }: FullPutOptions = {}): Promise<PutResult> {
      return super.put(key, body, options);
    }
  }

  async function table(): Promise<TableLocation<CommitStore>> {
    const store = new Ignorant();
    await commit({ store, root: "table" }, 0, created());
    return { store, root: "table" };
  }

  it("is refused, before anything is written", async () => {
    const ignorant = await table();
    await expect(commitPlan(append("a"), { table: ignorant, read: await readOf(ignorant) })).rejects.toMatchObject({
      code: "NotSupported",
      message: expect.stringContaining("ignores the condition create"),
    });
    expect((await loadSnapshot(ignorant)).version).toBe(0);
  });

  it("is written by a single writer that says so, which still sees versions that are taken", async () => {
    const ignorant = await table();
    const read = await readOf(ignorant);
    const options = { table: ignorant, read, unsafeSingleWriter: true };
    expect(await commitPlan(append("a"), options)).toEqual({ version: 1, winners: 0 });
    expect(await commitPlan(append("b"), options)).toEqual({ version: 2, winners: 1 });
  });

  it("is not asked to check conditions by a single writer", async () => {
    const ignorant = await table();
    const text = '{"commitInfo":{"txnId":"x"}}\n';
    const commitOf = { table: ignorant, version: 1, text, txnId: "x", isSingleWriter: true };
    expect(await createCommit(commitOf)).toBeUndefined();
    // A repeated call finds its own commit.
    expect(await createCommit(commitOf)).toBeUndefined();
    expect(await createCommit({ ...commitOf, txnId: "y" })).toEqual([{ commitInfo: { txnId: "x" } }]);
  });
});

describe("a transaction", () => {
  it("starts again from the newest version after a conflict", async () => {
    const table = await tableOf([...created(), added("a")]);
    const seen: number[] = [];
    const result = await transact({
      table,
      load: () => readOf(table),
      work: async (snapshot) => {
        seen.push(snapshot?.version ?? -1);
        if (seen.length === 1) await commit(table, 1, [added("late")]);
        const removes = Array.from(snapshot?.files() ?? [], ({ path }): Action => removed(path));
        return { actions: [...removes, added("all")], reads: readEverything, commitInfo: { operation: "WRITE" } };
      },
      retry,
    });
    expect(result).toEqual({ kind: "committed", version: 2, winners: 0 });
    expect(seen).toEqual([0, 1]);
    expect(Array.from((await loadSnapshot(table)).files(), ({ path }) => path)).toEqual(["all"]);
  });

  it("gives up after its retries", async () => {
    const table = await tableOf(created());
    let attempts = 0;
    const work = async (): Promise<Plan> => {
      await commit(table, ++attempts, [added(`late-${attempts}`)]);
      return { ...append("a"), reads: readEverything };
    };
    await expect(transact({ table, load: () => readOf(table), work, retry: { maxRetries: 2, delayMs: 0 } })).rejects.toMatchObject({
      code: "Conflict",
    });
    expect(attempts).toBe(3);
  });

  it("takes effect once with a txn, also when a repetition runs at the same time", async () => {
    const table = await tableOf(created());
    const run = (version: bigint) =>
      transact({
        table,
        load: () => readOf(table),
        work: async () => append(`at-${version}`),
        txn: { appId: "sales/2024", version },
        retry,
      });
    const results = await Promise.all([run(1n), run(1n), run(1n)]);
    expect(results.map(({ kind }) => kind).sort()).toEqual(["committed", "repeated", "repeated"]);
    expect(await run(1n)).toMatchObject({ kind: "repeated", version: 1 });
    expect(await run(2n)).toMatchObject({ kind: "committed", version: 2 });
    expect((await loadSnapshot(table)).fileCount).toBe(2);
  });

  it("takes effect once with a txn if the first attempt was committed without an answer", async () => {
    const table = await tableOf(created());
    const lossy = faulty(table, () => "after");
    const deaf = withFaults(lossy.store as MemoryStore, ({ verb, key }) =>
      verb === "get" && key.endsWith("1.json") ? "before" : undefined,
    );
    const options = { load: () => readOf(table), work: async () => append("a"), txn: { appId: "app", version: 1n }, retry } as const;
    await expect(transact({ ...options, table: { ...lossy, store: deaf } })).rejects.toMatchObject({ outcome: "unknown" });
    expect(await transact({ ...options, table })).toMatchObject({ kind: "repeated" });
    expect((await loadSnapshot(table)).fileCount).toBe(1);
  });

  it("commits nothing if there is nothing to do", async () => {
    const table = await tableOf(created());
    expect(await transact({ table, load: () => readOf(table), work: async () => undefined })).toEqual({ kind: "nothing", version: 0 });
  });

  it("conflicts with a change of the schema, and sees it when it starts again", async () => {
    const table = await tableOf(created());
    const schemas: string[] = [];
    await transact({
      table,
      load: () => readOf(table),
      work: async (snapshot) => {
        schemas.push(snapshot?.metadata.schemaString ?? "");
        if (schemas.length === 1) await commit(table, 1, [{ metaData: { ...metadata, schemaString: '{"type":"struct","fields":[]}' } }]);
        return append("a");
      },
      retry,
    });
    expect(schemas[1]).toBe('{"type":"struct","fields":[]}');
  });
});
