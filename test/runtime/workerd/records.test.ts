import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Storage } from "edgewater";
import { d1 } from "edgewater/d1";
import { durableObject } from "edgewater/durable-object";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { beforeEach, describe, expect, it } from "vitest";
import type { StorageBackend } from "../../../src/storage/backend.ts";
import { checkStamp } from "../../../src/storage/schema-version.ts";
import { rounds } from "../../support/breadth.ts";
import { commitOfVersion1, rowsOfVersion1, tablesOfVersion1 } from "../../unit/storage/version-1.ts";
import { commitWrongBatches } from "../../unit/storage/wrong-batches.ts";

const { RECORDS, OBJECTS } = env;

/** Statements without the library, as version 1 sent them. */
interface ByHand {
  readonly backend: StorageBackend;
  /** Runs statements in one transaction. Returns the rows of each. */
  readonly run: (statements: readonly { readonly sql: string; readonly parameters: readonly unknown[] }[]) => Promise<unknown[][]>;
}

/** Checks what a migration from version 1 does, while a Worker of version 1 is connected. */
async function checkMigration({ backend, run }: ByHand): Promise<void> {
  await run(tablesOfVersion1.map((sql) => ({ sql, parameters: [] })));
  const message = expect.stringMatching(/it has schema version 1, and this edgewater has 2; run Storage\.migrate/);
  for (const readOnly of [true, false])
    await expect(Storage.connect(backend, { readOnly })).rejects.toMatchObject({ code: "SchemaMismatch", message });
  await Promise.all([1, 2, 3].map(() => Storage.migrate(backend)));
  await Storage.migrate(backend);
  await using storage = await Storage.connect(backend);
  const lines = await Array.fromAsync(storage.export());
  expect(lines.slice(1, -1)).toEqual(rowsOfVersion1);
  await expect((async () => run(commitOfVersion1))()).rejects.toThrow(/no such column: "?last_id/);
  expect(await Array.fromAsync(storage.export())).toEqual(lines);
  const [stamp] = (await run([{ sql: "SELECT version, min_reader AS minReader FROM edgewater_schema", parameters: [] }]))[0] ?? [];
  expect(() => checkStamp("old", stamp as never, true, 1)).toThrow(/use an edgewater with schema version 2 or later/);
  const [event] = await storage.commit({ events: [{ ...(await storage.getLatestMaterialization("a")), id: undefined } as never] });
  expect(event?.id).toBe(2);
}

describe("Storage.connect(d1(…))", () => {
  beforeEach(async () => {
    const { results } = await RECORDS.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'edgewater%'")
      .bind()
      .all();
    for (const { name } of results as { name: string }[]) await RECORDS.prepare(`DROP TABLE ${name}`).bind().all();
  });

  it.each(storageCases())("$name", async ({ run }) => {
    await using storage = await Storage.connect(d1(RECORDS));
    await run(storage);
  });

  it.each(sharedStorageCases())("$name", ({ run }) => run(() => Storage.connect(d1(RECORDS))));

  it("takes and refuses the same wrong batches as memory, and what it takes is usable", async () => {
    await using storage = await Storage.connect(d1(RECORDS));
    const numRuns = rounds(200, 1000);
    expect(await commitWrongBatches(storage, { numRuns, seed: 20261128 })).toBeGreaterThan(numRuns / 20);
  });

  it("says that the outcome of a commit without an answer is unknown, and takes it once when it is sent again", async () => {
    let isLost = false;
    const losing: typeof RECORDS = {
      prepare: (sql) => RECORDS.prepare(sql),
      batch: async (statements) => {
        const results = await RECORDS.batch(statements);
        if (isLost) throw new Error("D1_ERROR: Network connection lost.");
        return results;
      },
    };
    await using storage = await Storage.connect(d1(losing));
    const batch = { id: crypto.randomUUID(), kv: [{ key: "k", value: new Uint8Array([1]) }], preconditions: [{ kv: "k", is: undefined }] };
    isLost = true;
    await expect(storage.commit(batch)).rejects.toMatchObject({ code: "Unavailable", outcome: "unknown" });
    isLost = false;
    expect(await storage.commit(batch)).toEqual([]);
    const again = { ...batch, id: crypto.randomUUID() };
    await expect(storage.commit(again)).rejects.toMatchObject({ code: "PreconditionFailed", outcome: undefined });
  });

  it("brings a database of version 1 to this version, after which a Worker of version 1 cannot write", () =>
    checkMigration({
      backend: d1(RECORDS),
      run: async (statements) =>
        (await RECORDS.batch(statements.map(({ sql, parameters }) => RECORDS.prepare(sql).bind(...(parameters as string[]))))).map(
          ({ results }) => results,
        ),
    }));
});

describe("Storage.connect(durableObject(…))", () => {
  it.each(storageCases())("$name", ({ run }) =>
    runInDurableObject(OBJECTS.getByName(crypto.randomUUID()), async (_, { storage }) => {
      await using opened = await Storage.connect(durableObject(storage));
      await run(opened);
    }),
  );

  it.each(sharedStorageCases())("$name", ({ run }) =>
    runInDurableObject(OBJECTS.getByName(crypto.randomUUID()), (_, { storage }) => run(() => Storage.connect(durableObject(storage)))),
  );

  it("takes and refuses the same wrong batches as memory, and what it takes is usable", () =>
    runInDurableObject(OBJECTS.getByName(crypto.randomUUID()), async (_, { storage }) => {
      await using opened = await Storage.connect(durableObject(storage));
      const numRuns = rounds(300, 1500);
      expect(await commitWrongBatches(opened, { numRuns, seed: 20261128 })).toBeGreaterThan(numRuns / 20);
    }));

  it("brings a database of version 1 to this version, after which code of version 1 cannot write", () =>
    runInDurableObject(OBJECTS.getByName(crypto.randomUUID()), (_, { storage }) =>
      checkMigration({
        backend: durableObject(storage),
        run: async (statements) =>
          storage.transactionSync(() =>
            statements.map(({ sql, parameters }) => storage.sql.exec(sql, ...(parameters as string[])).toArray()),
          ),
      }),
    ));
});

it("Storage.embedded is refused in Workers, and the message says what to use", async () => {
  const error = { code: "NotSupported", message: expect.stringContaining("d1(env.DB)") };
  await expect(Storage.embedded("records")).rejects.toMatchObject(error);
});
