/** The assets that the rows of executors make, opened by the pool and by its workers. */
import { asset, Repository, type RepositoryOptions, Storage, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { postgres } from "edgewater/postgres";

/** The work of one asset that does nothing but compute: about 100 ms. */
function compute(index: number): number {
  let sum = index;
  for (let turn = 0; turn < 30_000_000; turn++) sum = (sum * 31 + turn) | 0;
  return sum;
}

export const heavy = Array.from({ length: 16 }, (_, index) => asset({ name: `heavy-${index}` }, () => compute(index)));
export const many = Array.from({ length: 1000 }, (_, index) => asset({ name: `many-${index}` }, () => index));
export const single = asset({ name: "single" }, () => 1);

/** Where the records are: a folder for a file of SQLite, or the URL of a Postgres. */
export function openPlace(folder: string, records: string, options: Partial<RepositoryOptions> = {}): Promise<Repository> {
  return Repository.open({
    assets: [...heavy, ...many, single],
    ioHandler: new SuperJsonIOHandler({ store: new LocalStore(`${folder}/values`) }),
    storage: records.startsWith("postgres:") ? Storage.connect(postgres(records)) : Storage.embedded(records),
    ...options,
  });
}
