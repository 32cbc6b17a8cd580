import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { asset, Repository, Storage } from "edgewater";
import { sqlite } from "edgewater/sqlite";
import { embeddedStorage, temporaryRepository, temporaryStore } from "edgewater/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { migrate } from "../../../src/storage/sql/schema.ts";
import { made } from "../../../src/testing/storage/check.ts";
import { fill } from "../../../src/testing/storage/portable.ts";
import { rounds } from "../../support/breadth.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const child = (...args: string[]) =>
  spawn(process.execPath, ["--conditions=edgewater-source", join(import.meta.dirname, "child.ts"), folder, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
const openHandles = async (): Promise<number> => (await readdir("/proc/self/fd")).length;

describe("embeddedStorage", () => {
  it("opens and closes many times in a row without leaking handles or files", async () => {
    const cycle = async (index: number): Promise<void> => {
      await using storage = await embeddedStorage(folder);
      await storage.commit({ events: [made("a", { dataVersion: String(index) })] });
    };
    await cycle(0);
    const before = { handles: await openHandles(), resources: process.getActiveResourcesInfo().length };
    const times = rounds(60, 300);
    for (let index = 1; index < times; index++) await cycle(index);
    expect(await openHandles()).toBe(before.handles);
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before.resources);
    expect(await readdir(folder)).toEqual(["records.sqlite"]);
    await using storage = await embeddedStorage(folder);
    expect((await storage.getEventsForAsset("a"))[0]).toMatchObject({ id: times, dataVersion: String(times - 1) });
  });

  it("lets its folder be deleted and created again after closing", async () => {
    for (let round = 0; round < 3; round++) {
      {
        await using storage = await embeddedStorage(join(folder, "records"));
        await storage.commit({ events: [made("a")] });
      }
      await rm(join(folder, "records"), { recursive: true });
    }
    await using storage = await embeddedStorage(join(folder, "records"));
    expect(await storage.getEventsForAsset("a")).toEqual([]);
  });

  it("closes while a subscription waits", async () => {
    const storage = await embeddedStorage(folder);
    const subscription = storage.subscribe({ intervalMs: 5 });
    const next = subscription.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await storage.close();
    expect((await next).done).toBe(true);
    expect(await readdir(folder)).toEqual(["records.sqlite"]);
  });

  it("closes while subscriptions read and commits are on their way, and leaves only the file, each time", async () => {
    for (let round = 0; round < 20; round++) {
      const storage = await embeddedStorage(folder);
      const reading = [0, 1, 5].map((intervalMs) => Array.fromAsync(storage.subscribe({ intervalMs })));
      const event = { eventType: "Materialization", assetKey: "a", partitionKey: undefined, runId: "r", timestamp: 1 } as const;
      const rest = { dataVersion: "v", codeVersion: undefined, inputDataVersions: {}, metadata: {} };
      const commits = Array.from({ length: 5 }, () => storage.commit({ events: [{ ...event, ...rest }] }));
      if (round % 2 === 0) await commits[0];
      await storage.close();
      expect(await readdir(folder)).toEqual(["records.sqlite"]);
      await Promise.all([...reading, ...commits]);
    }
  });
});

describe("temporaryStore and temporaryRepository", () => {
  it("leave nothing behind", async () => {
    const before = await readdir(tmpdir());
    const one = asset({ name: "one" }, () => 1);
    {
      await using store = await temporaryStore();
      await store.put("a", "b");
      await using repository = await temporaryRepository({ assets: [one] });
      await repository.materialize();
      expect(await repository.load(one)).toBe(1);
      expect(repository.storage.name).toContain("sqlite");
    }
    const mine = (name: string): boolean => name.startsWith("edgewater-") && !before.includes(name);
    // Other tests create folders meanwhile; none of those has objects.
    for (const name of (await readdir(tmpdir())).filter(mine))
      expect(await readdir(join(tmpdir(), name)).catch(() => [])).not.toContain("objects");
  });
});

describe("a repository", () => {
  it("closes a Storage that was passed as a promise, and leaves an instance open", async () => {
    const one = asset({ name: "one" }, () => 1);
    {
      await using repository = await Repository.open({ assets: [one], storage: Storage.embedded(folder) });
      await repository.materialize();
      expect(await readdir(folder)).toContain("records.sqlite-wal");
    }
    expect(await readdir(folder)).toEqual(["records.sqlite"]);
    await using storage = await Storage.embedded(folder);
    await (await Repository.open({ assets: [one], storage })).close();
    expect(await storage.getLatestMaterialization("one")).toMatchObject({ assetKey: "one" });
  });
});

describe("a Storage that several processes have open", () => {
  it("loses no event and no increment", async () => {
    const children = [1, 2, 3].map(() => child("count", "20"));
    const storage = await Storage.embedded(folder);
    const seen: number[] = [];
    const abort = new AbortController();
    const reading = (async () => {
      for await (const { id } of storage.subscribe({ signal: abort.signal, intervalMs: 2 })) if (seen.push(id) === 60) abort.abort();
    })();
    const codes = await Promise.all(children.map(async (each) => (await once(each, "exit"))[0]));
    expect(codes).toEqual([0, 0, 0]);
    expect(await storage.kvGet("counter")).toEqual(new Uint8Array([60]));
    await reading;
    expect(seen.length).toBe(60);
    expect(seen).toEqual(seen.toSorted((left, right) => left - right));
    await storage.close();
  });

  it("is Unavailable while another process keeps it locked, and usable after that process ends", async () => {
    await (await Storage.embedded(folder)).close();
    const locking = child("lock");
    await once(locking.stdout, "data");
    await using storage = await Storage.embedded(folder, { lockTimeoutMs: 100 });
    expect(await storage.getRuns()).toEqual([]);
    const message = expect.stringMatching(/another connection has kept it locked for 100 ms; end the process that writes to it/);
    await expect(storage.commit({ events: [made("a")] })).rejects.toMatchObject({ code: "Unavailable", message });
    await using patient = await Storage.embedded(folder);
    const waiting = patient.commit({ events: [made("a")] });
    const exited = once(locking, "exit");
    locking.kill("SIGKILL");
    await exited;
    expect(await waiting).toHaveLength(1);
  });
});

describe("a file that cannot be used", () => {
  const file = (): string => join(folder, "records.sqlite");

  it("is refused when it is not a database, and not changed", async () => {
    await writeFile(file(), "this is not a database, and it is long enough to be read as one".repeat(100));
    const before = await readFile(file());
    await expect(Storage.embedded(folder)).rejects.toMatchObject({
      code: "Integrity",
      message: expect.stringContaining("restore a backup"),
    });
    expect((await readFile(file())).equals(before)).toBe(true);
  });

  it("is refused when its pages were overwritten", async () => {
    const storage = await Storage.embedded(folder);
    await storage.commit({ events: Array.from({ length: 500 }, (_, index) => made(`a${index}`)) });
    await storage.close();
    const bytes = await readFile(file());
    bytes.fill(0xaa, 4096, bytes.length);
    await writeFile(file(), bytes);
    const use = async (): Promise<void> => {
      await using damaged = await Storage.embedded(folder);
      await damaged.getEventsForAsset("a1");
    };
    await expect(use()).rejects.toMatchObject({ code: "Integrity" });
  });

  it("is refused when it cannot be opened", async () => {
    await mkdir(file());
    await expect(Storage.embedded(folder)).rejects.toMatchObject({ code: "NotFound" });
  });

  it("is refused when its folder cannot be created", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(Storage.embedded(join(folder, "file/records"))).rejects.toMatchObject({ code: "PermissionDenied" });
  });
});

describe("a schema", () => {
  const stamp = (change: string): void => {
    const database = new DatabaseSync(join(folder, "records.sqlite"));
    database.exec(`UPDATE edgewater_schema SET ${change}`);
    database.close();
  };
  beforeEach(async () => {
    await using storage = await Storage.embedded(folder);
    await fill(storage);
  });

  it("of a later version is used when its stamp allows it", async () => {
    stamp("version = 9, min_reader = 1, min_writer = 1");
    await using storage = await Storage.embedded(folder);
    expect(await storage.getEventsForAsset("a")).toHaveLength(2);
  });

  it("of a later version is only read when its stamp requires it", async () => {
    stamp("version = 9, min_reader = 1, min_writer = 8");
    const message = expect.stringMatching(
      /schema version 9, and this edgewater has 2; use an edgewater with schema version 8 or later, or open it with \{ readOnly: true \}/,
    );
    await expect(Storage.embedded(folder)).rejects.toMatchObject({ code: "SchemaMismatch", message });
    await using storage = await Storage.embedded(folder, { readOnly: true });
    expect(await storage.getEventsForAsset("a")).toHaveLength(2);
    await expect(storage.kvSet("a", new Uint8Array())).rejects.toMatchObject({ code: "PermissionDenied" });
  });

  it("of a later version is refused when its stamp requires it", async () => {
    stamp("version = 9, min_reader = 7, min_writer = 8");
    const message = expect.stringMatching(/use an edgewater with schema version 7 or later/);
    for (const readOnly of [true, false])
      await expect(Storage.embedded(folder, { readOnly })).rejects.toMatchObject({ code: "SchemaMismatch", message });
    await expect(Storage.migrate(folder)).rejects.toMatchObject({ code: "SchemaMismatch" });
  });

  it("is migrated step by step, and each step runs once when several processes migrate", async () => {
    const next = { version: 4, minReader: 2, minWriter: 4 };
    const migrations = {
      3: ["CREATE TABLE edgewater_made_in_3 (x)"],
      4: ["ALTER TABLE edgewater_made_in_3 ADD COLUMN y", "INSERT INTO edgewater_made_in_3 VALUES (1, 2)"],
    };
    const several = [1, 2, 3, 4].map(async () => {
      const database = await openRaw();
      await migrate(database, next, migrations);
      await database.close();
    });
    await Promise.all(several);
    const raw = new DatabaseSync(join(folder, "records.sqlite"));
    expect(raw.prepare("SELECT * FROM edgewater_made_in_3").all()).toEqual([{ x: 1, y: 2 }]);
    expect(raw.prepare("SELECT version, min_reader, min_writer FROM edgewater_schema").get()).toEqual({
      version: 4,
      min_reader: 2,
      min_writer: 4,
    });
    raw.close();
  });

  it("is created by a migration, and not by opening it read only", async () => {
    await expect(Storage.embedded(join(folder, "new"), { readOnly: true })).rejects.toMatchObject({ code: "NotFound" });
    await Storage.migrate(join(folder, "new"));
    await Storage.migrate(join(folder, "new"));
    await using storage = await Storage.connect(sqlite(join(folder, "new/records.sqlite")), { readOnly: true });
    expect(await storage.getRuns()).toEqual([]);
  });

  async function openRaw() {
    const { openFile } = await import("../../../src/storage/sql/sqlite.ts");
    return openFile("raw", join(folder, "records.sqlite"), {});
  }
});
