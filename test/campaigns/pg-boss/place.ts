/** The runs that are killed: eight steps that take a second or so, one before and one after them. */
import { setTimeout } from "node:timers/promises";
import { type Asset, asset, type Executor, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { pgBoss, type StepsOverPgBoss } from "edgewater/pg-boss";
import { postgres } from "edgewater/postgres";
import { PgBoss } from "pg-boss";

/** Where a campaign takes place. */
export interface Place {
  /** The database of the records and of the jobs. */
  readonly url: string;
  /** The folder of the values. */
  readonly folder: string;
}

/** How long a worker may be silent, in seconds: the least that pg-boss has. */
export const heartbeatSeconds = 10;

const width = 8;
/** What the last step of a run makes. */
export const total = Array.from({ length: width }, (_, index) => 1 + index).reduce((sum, value) => sum + value);

/** The assets of a lane, in which one run follows another. */
export function assetsOf(lane: number): readonly Asset<number>[] {
  const first = asset({ name: `${lane}.first` }, () => 1);
  const parts = Array.from({ length: width }, (_, index) =>
    asset({ name: `${lane}.part-${index}`, inputs: { first } }, async ({ first }, { signal }) => {
      await setTimeout(400 + 150 * index, undefined, { signal });
      return first + index;
    }),
  );
  const last = asset({ name: `${lane}.last`, inputs: Object.fromEntries(parts.map((part) => [part.name, part])) }, (values) =>
    Object.values(values).reduce<number>((sum, value) => sum + (value as number), 0),
  );
  return [first, ...parts, last];
}

/** Opens the repository of all lanes. */
export function openRepository({ url, folder }: Place, lanes: number, executor?: Executor): Promise<Repository> {
  return Repository.open({
    assets: Array.from({ length: lanes }, (_, lane) => assetsOf(lane)).flat(),
    storage: Storage.connect(postgres(url)),
    ioHandler: new SuperJsonIOHandler({ store: new LocalStore(folder, { reach: "anywhere" }) }),
    ...(executor && { executor }),
  });
}

/** Starts a boss that looks for silent workers every second. */
export async function openBoss({ url }: Place): Promise<StepsOverPgBoss> {
  const boss = new PgBoss({ connectionString: url, max: 5, superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 });
  boss.on("error", () => {});
  return pgBoss(await boss.start(), { heartbeatSeconds });
}
