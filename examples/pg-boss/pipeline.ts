/** What both sides of the queue open: a week of readings, made from one source and put together in a report. */
import { setTimeout } from "node:timers/promises";
import {
  asset,
  input,
  PartitionMapping,
  Repository,
  type RepositoryOptions,
  Storage,
  SuperJsonIOHandler,
  staticPartitions,
} from "edgewater";
import { LocalStore } from "edgewater/local";
import { pgBoss } from "edgewater/pg-boss";
import { postgres } from "edgewater/postgres";
import { PgBoss } from "pg-boss";

const days = staticPartitions(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);

const readings = asset({ name: "readings", partitions: days }, async (_, { partitionKey, signal, log }) => {
  log.info(`reads ${partitionKey} in process ${process.pid}`);
  await setTimeout(1500, undefined, { signal });
  return [...partitionKey].map((letter) => letter.charCodeAt(0));
});

const report = asset(
  { name: "report", inputs: { readings: input(readings, { partitionMapping: PartitionMapping.all() }) } },
  async ({ readings }) => {
    const week = [...(await readings.toMap()).values()].flat();
    return { count: week.length, highest: Math.max(...week) };
  },
);

/** Where the records, the jobs and the values are. */
export interface Place {
  readonly database: string;
  readonly folder: string;
}

/** Starts a boss that looks for silent workers every second. */
export async function openSteps({ database }: Place) {
  const boss = new PgBoss({ connectionString: database, useListenNotify: true, superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 });
  boss.on("error", (error) => console.error(error.message));
  await boss.start();
  return { boss, ...pgBoss(boss, { heartbeatSeconds: 10 }) };
}

/** Opens the repository. */
export function openRepository({ database, folder }: Place, options: Partial<RepositoryOptions> = {}): Promise<Repository> {
  return Repository.open({
    assets: [readings, report],
    storage: Storage.connect(postgres(database)),
    // Every process of this machine has the folder; elsewhere it would be a bucket.
    ioHandler: new SuperJsonIOHandler({ store: new LocalStore(folder, { reach: "anywhere" }) }),
    ...options,
  });
}
