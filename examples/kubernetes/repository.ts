/** The repository, as the process of the run and the container of each step open it. */
import { type Executor, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { postgres } from "edgewater/postgres";
import { assets, tasks } from "../earthquakes/pipeline.ts";

const { DATABASE_URL = "", DATA = "/data" } = process.env;

export async function openRepository(executor?: Executor): Promise<Repository> {
  return Repository.open({
    assets,
    tasks,
    // A volume that every node mounts; an S3Store needs none.
    ioHandler: new SuperJsonIOHandler({ store: new LocalStore(DATA, { reach: "anywhere" }) }),
    storage: Storage.connect(postgres(DATABASE_URL)),
    ...(executor && { executor }),
  });
}
