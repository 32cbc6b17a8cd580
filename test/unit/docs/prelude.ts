/** The values of the names that samples use without declaring them, over memory. `prelude.d.ts` has their types. */
import { asset, BaseIOHandler, MemoryStore, Repository, Storage, SuperJsonIOHandler, staticPartitions } from "edgewater";
import { inspect } from "edgewater/inspector";
import * as v from "valibot";

const days = ["2018-02-01", "2018-02-02", "2018-02-03", "2018-02-04", "2024-01-01", "2024-01-15", "2024-01-31", "2024-12-31"];

/** What `docs/settings.md` goes on with. */
class JsonIOHandler extends BaseIOHandler.with(v.object({ basePath: v.string() }), { envPrefix: "JSON_IO_" }) {
  handleOutput(): void {}
  loadInput(): void {}
}

const variables = {
  JSON_IO_BASE_PATH: "/data",
  CSV_IO_FOLDER: "data",
  AWS_ACCESS_KEY_ID: "an id",
  AWS_SECRET_ACCESS_KEY: "a secret",
};

/**
 * Puts the values where every module sees them, and the environment variables that samples read. Disposing of it takes both away.
 *
 * @param code the sample: the repository has an asset with partitions, or the price of `docs/history.md`, only where it is about them
 */
export async function prelude(code: string): Promise<AsyncDisposable> {
  const store = new MemoryStore();
  const storage = Storage.memory();
  const ioHandler = new SuperJsonIOHandler({ store });
  const quakes = asset({ name: "quakes" }, () => [
    { place: "Jarm, Afghanistan", magnitude: 6.1, latitude: 36.9, at: new Date("2018-01-31T07:07:00Z") },
    { place: "Castaic, California", magnitude: 2, latitude: 34.5, at: new Date("2018-02-07T01:26:13Z") },
  ]);
  const strong = asset({ name: "strong", inputs: { quakes } }, ({ quakes }) => quakes.filter(({ magnitude }) => magnitude >= 5));
  const today = asset({ name: "today" }, () => 1);
  const daily = asset({ name: "daily", partitions: staticPartitions(days) }, () => []);
  const price = asset({ name: "price", ioHandler: new SuperJsonIOHandler({ store, history: true }) }, () => 10);
  const assets = [quakes, strong, today];
  const isPriced = code.includes('"price"');
  const hasPartitions = /daily|partitionKey|partitionRange|backfill/.test(code);
  const declared = [...(isPriced ? [price] : assets), ...(hasPartitions ? [daily] : [])];
  const repository = await Repository.open({ assets: declared, ioHandler, storage });
  const { runId } = await repository.materialize({ selection: isPriced ? [price] : assets });
  if (isPriced) await repository.write(price, 20);
  const backfillId = hasPartitions ? (await repository.backfill({ selection: [daily], partitionKeys: ["2018-02-01"] })).backfillId : "";
  const values = {
    ...{ store, storage, ioHandler, quakes, strong, today, daily, assets, repository, runId, backfillId },
    tab: Storage.memory(),
    server: Storage.memory(),
    inspection: inspect(repository),
    batch: { id: "once" },
    // What watches goes on until it is told to stop.
    signal: code.includes("watch(") ? AbortSignal.timeout(100) : new AbortController().signal,
    lastSeen: 0,
    env: {},
    url: "memory:",
    token: "the-token-of-today",
    nextToken: "the-token-of-tomorrow",
    readingToken: "the-token-of-readers",
    accessId: "an id",
    secret: "a secret",
    readFeed: async () => [],
    readDay: async () => [],
    querySales: async (regions: readonly string[]) => regions.map((region) => ({ region, amount: 1 })),
    strongOnes: ({ quakes }: { readonly quakes: readonly unknown[] }) => quakes,
    log: () => undefined,
    JsonIOHandler,
  };
  Object.assign(globalThis, values);
  Object.assign(process.env, variables);
  return {
    [Symbol.asyncDispose]: async () => {
      await repository.close();
      for (const name of Object.keys(values)) Reflect.deleteProperty(globalThis, name);
      for (const name of Object.keys(variables)) Reflect.deleteProperty(process.env, name);
    },
  };
}
