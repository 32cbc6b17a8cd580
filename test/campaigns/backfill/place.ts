/** The backfill that is killed: one asset with many partitions, and one that is made from it. */
import { asset, Repository, Storage, SuperJsonIOHandler, staticPartitions } from "edgewater";
import { LocalStore } from "edgewater/local";

/** Opens a repository over a folder: values in a LocalStore, records in SQLite. */
export function openRepository(folder: string, partitions: number): Promise<Repository> {
  const keys = Array.from({ length: partitions }, (_, index) => `p${String(index).padStart(6, "0")}`);
  const definition = staticPartitions(keys);
  const raw = asset({ name: "raw", partitions: definition }, (_, { partitionKey }) => ({ raw: partitionKey }));
  const clean = asset({ name: "clean", partitions: definition, inputs: { raw } }, ({ raw }) => ({ clean: raw.raw }));
  return Repository.open({
    assets: [raw, clean],
    storage: Storage.embedded(`${folder}/records`),
    ioHandler: new SuperJsonIOHandler({ store: new LocalStore(`${folder}/values`) }),
  });
}
