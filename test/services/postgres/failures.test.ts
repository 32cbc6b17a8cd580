import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { asset, Repository, Storage } from "edgewater";
import { postgres } from "edgewater/postgres";
import { describe, expect, inject, it } from "vitest";
import { made } from "../../../src/testing/storage/check.ts";
import { freePort } from "../../support/servers/free-port.ts";
import { byHand, newDatabase, urlOf } from "./database.ts";

const { password } = inject("postgres");

describe("connecting", () => {
  it("refuses wrong credentials, unknown databases and invalid URLs, without the password in the message", async () => {
    const refused = await Storage.connect(postgres(urlOf("postgres", "wrong password"))).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "Unauthenticated" });
    const nowhere = await Storage.connect(postgres(urlOf("nothing"))).catch((error: unknown) => error);
    expect(nowhere).toMatchObject({ code: "NotFound" });
    const port = await freePort();
    const url = `postgres://me:secret@127.0.0.1:${port}/records`;
    const unreachable = await Storage.connect(postgres(url, { maxRetries: 1 })).catch((error: unknown) => error);
    expect(unreachable).toMatchObject({ code: "Unavailable", store: `postgres(127.0.0.1:${port}/records)` });
    for (const invalid of ["no url", "me:secret@127.0.0.1/records", "https://me:secret@127.0.0.1/records"])
      expect(() => postgres(invalid)).toThrow(
        expect.objectContaining({ code: "SettingsError", message: "Invalid Postgres URL; expected postgres://user@host/db" }),
      );
    for (const error of [refused, nowhere, unreachable] as Error[])
      for (const secret of ["wrong password", password, "secret"])
        expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(secret);
  });
});

describe("a subscription", () => {
  it("misses no event of a slow commit", async () => {
    await using database = await newDatabase();
    await using storage = await Storage.connect(postgres(database.url));
    await using other = await Storage.connect(postgres(database.url));
    const seen: string[] = [];
    const abort = new AbortController();
    const reading = (async () => {
      for await (const { assetKey = "" } of storage.subscribe({ intervalMs: 5, signal: abort.signal }))
        if (seen.push(assetKey) === 3) abort.abort();
    })();
    await storage.commit({ events: [made("first")] });
    // A slow commit, written by hand: a later commit must not become visible before it.
    await byHand(database.name, async (sql) => {
      await sql.begin(async (slow) => {
        await slow`UPDATE edgewater_schema SET last_event_id = last_event_id + 1`;
        await slow`INSERT INTO edgewater_events (id, event_type, asset_key, place, run_id, timestamp, data_version, inputs, metadata)
          SELECT last_event_id, 'Materialization', 'slow', '', 'run', 0, 'v', '{}', '{}' FROM edgewater_schema`;
        const fast = other.commit({ events: [made("fast")] });
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(seen).toEqual(["first"]);
        void fast.catch(() => {});
      });
    });
    await reading;
    expect(seen).toEqual(["first", "slow", "fast"]);
  });
});

describe("a lost connection", () => {
  it("before a commit is replaced, and the commit takes effect once", async () => {
    await using database = await newDatabase();
    await using storage = await Storage.connect(postgres(database.url));
    await storage.commit({ events: [made("a")] });
    for (let round = 0; round < 5; round++) {
      await kill(database.name);
      await storage.commit({ events: [made("a")] });
    }
    expect(await storage.getEventsForAsset("a")).toHaveLength(6);
  });

  it("while a commit waits is replaced, and the commit takes effect once", async () => {
    await using database = await newDatabase();
    await using storage = await Storage.connect(postgres(database.url));
    await byHand(database.name, async (sql) => {
      await sql.begin(async (blocking) => {
        await blocking`UPDATE edgewater_schema SET last_event_id = last_event_id`;
        const commit = storage.commit({ events: [made("a")] });
        await new Promise((resolve) => setTimeout(resolve, 100));
        await kill(database.name, "wait_event_type = 'Lock'");
        void commit.catch(() => {});
      });
    });
    await expect.poll(() => storage.getEventsForAsset("a")).toHaveLength(1);
  });

  it("after the commit was sent is an error that says the outcome is unknown, and the commit takes effect once when it is sent again", async () => {
    await using database = await newDatabase();
    await using wire = await proxy(database.url);
    const storage = await Storage.connect(postgres(wire.url, { prepare: false }));
    await storage.commit({ events: [made("a")] });
    wire.cutAtCommit();
    const message = expect.stringMatching(/Cannot tell whether a commit to .* took effect/);
    const batch = { id: crypto.randomUUID(), events: [made("b")] };
    await expect(storage.commit(batch)).rejects.toMatchObject({ code: "Unavailable", outcome: "unknown", message });
    const events = await storage.commit(batch);
    expect(await storage.getEventsForAsset("b")).toEqual(events);
    await storage.commit({ events: [made("c")] });
    await storage.close();
  });

  it("fails the step whose output could not be recorded", async () => {
    await using database = await newDatabase();
    await using wire = await proxy(database.url);
    const cut = asset({ name: "cut" }, () => {
      wire.close();
      return 1;
    });
    const storage = Storage.connect(postgres(wire.url, { maxRetries: 0 }));
    await using repository = await Repository.open({ assets: [cut], storage });
    await expect(repository.materialize({ raiseOnError: false })).rejects.toMatchObject({ code: "Unavailable" });
    await using direct = await Storage.connect(postgres(database.url));
    expect(await direct.getLatestMaterialization("cut")).toBeUndefined();
    expect(await direct.getRuns()).toMatchObject([{ endTime: undefined }]);
  });
});

describe("the schema", () => {
  it("is created once by concurrent connections, and migrated once", async () => {
    await using database = await newDatabase();
    await Promise.all(Array.from({ length: 6 }, async () => (await Storage.connect(postgres(database.url))).close()));
    await Promise.all(Array.from({ length: 3 }, () => Storage.migrate(postgres(database.url))));
    expect(await byHand(database.name, (sql) => sql`SELECT version FROM edgewater_schema`)).toEqual([{ version: 2 }]);
  });

  it("of a later version is refused, or read only when its stamp allows it", async () => {
    await using database = await newDatabase();
    await (await Storage.connect(postgres(database.url))).close();
    await byHand(database.name, (sql) => sql`UPDATE edgewater_schema SET version = 4, min_reader = 1, min_writer = 3`);
    await expect(Storage.connect(postgres(database.url))).rejects.toMatchObject({ code: "SchemaMismatch" });
    await using storage = await Storage.connect(postgres(database.url), { readOnly: true });
    expect(await storage.getRuns()).toEqual([]);
  });
});

/** Terminates the connections of a database. */
async function kill(database: string, condition = "true"): Promise<void> {
  await byHand("postgres", (sql) =>
    sql.unsafe(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND state <> 'idle in transaction' AND ${condition}`,
    ),
  );
}

/** A proxy to the server that can be cut: completely, or after a COMMIT was passed on and before its answer is. */
async function proxy(
  url: string,
): Promise<AsyncDisposable & { readonly url: string; readonly cutAtCommit: () => void; readonly close: () => void }> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let isCutting = false;
  const server: Server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let isSilent = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (data) => {
      upstream.write(data);
      if (!isCutting || !/\bcommit\b/i.test(data.toString("latin1"))) return;
      [isSilent, isCutting] = [true, false];
      setTimeout(() => client.destroy(), 50);
    });
    upstream.on("data", (data) => void (isSilent || client.write(data)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const through = new URL(url);
  through.port = String((server.address() as { port: number }).port);
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: through.href,
    cutAtCommit: () => {
      isCutting = true;
    },
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}
