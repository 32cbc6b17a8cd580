/** Where schedules run: every back end of the Storage and every kind of store that this machine has. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryStore, Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { postgres } from "edgewater/postgres";
import { remote } from "edgewater/remote";
import { S3Store } from "edgewater/s3";
import { sqlite } from "edgewater/sqlite";
import { UnstorageStore } from "edgewater/unstorage";
import { withPrefix } from "edgewater/with";
import connect from "postgres";
import memoryDriver from "unstorage/drivers/memory";
import { ContentEtagStore, PlainStore } from "../../support/schedules/stores.ts";
import type { SharedStore } from "../../support/schedules/world.ts";
import { createBucket } from "../../support/servers/buckets.ts";
import { start as startCeph } from "../../support/servers/ceph.ts";
import { start as startRemote } from "../../support/servers/remote.ts";

/** Makes what one schedule shares, each time anew. */
export interface Maker<Value> {
  readonly make: () => Promise<Value>;
  readonly stop?: () => Promise<void>;
}

const temporary = (): Promise<string> => mkdtemp(join(tmpdir(), "edgewater-schedules-"));

const makes =
  <Value>(make: () => Value | Promise<Value>) =>
  async (): Promise<Maker<Value>> => ({ make: async () => make() });

/** The back ends of the Storage. Postgres runs at the URL that `POSTGRES_URL` has. */
export const storages: Readonly<Record<string, () => Promise<Maker<Storage>>>> = {
  memory: makes(() => Storage.memory()),
  remote: async () => {
    const { server, stop } = await startRemote();
    const make = (): Promise<Storage> => Storage.connect(remote(`${server.url}/${crypto.randomUUID()}`, { token: server.token }));
    return { make, stop };
  },
  sqlite: makes(async () => Storage.connect(sqlite(join(await temporary(), "records.sqlite")))),
  postgres: async () => {
    const url = process.env["POSTGRES_URL"] ?? "";
    const server = connect(url, { max: 1, onnotice: () => {} });
    const make = async (): Promise<Storage> => {
      const name = `schedules_${crypto.randomUUID().replaceAll("-", "")}`;
      await server.unsafe(`CREATE DATABASE ${name}`);
      const database = new URL(url);
      database.pathname = `/${name}`;
      const backend = postgres(database.href);
      await Storage.migrate(backend);
      return Storage.connect(backend);
    };
    return { make, stop: () => server.end() };
  },
};

/** The stores. */
export const stores: Readonly<Record<string, () => Promise<Maker<SharedStore>>>> = {
  memory: makes(() => new MemoryStore() as unknown as SharedStore),
  content: makes(() => new ContentEtagStore() as unknown as SharedStore),
  plain: makes(() => new PlainStore() as unknown as SharedStore),
  unstorage: makes(() => new UnstorageStore(memoryDriver()) as unknown as SharedStore),
  local: makes(async () => new LocalStore(await temporary()) as unknown as SharedStore),
  s3: async () => {
    const { server, stop } = await startCeph();
    await createBucket(server, "schedules");
    const { endpoint, region, ...credentials } = server;
    const store = new S3Store({ bucket: "schedules", region, endpoint, credentials });
    let schedules = 0;
    const make = async () => withPrefix(store, `${++schedules}`) as unknown as SharedStore;
    return { make, stop };
  },
};
