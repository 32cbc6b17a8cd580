/** A process that makes the steps of the executor cases, which it takes from pg-boss. It prints a line when it has begun. */
import { Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { pgBoss } from "edgewater/pg-boss";
import { postgres } from "edgewater/postgres";
import { openExecutorSuite } from "edgewater/testing";
import { PgBoss } from "pg-boss";

/** What a worker is started with. */
export interface WorkerOptions {
  /** The database of the records and of pg-boss. */
  readonly url: string;
  /** The folder of the values. */
  readonly folder: string;
}

// It ends with the test.
process.stdin.resume().on("close", () => process.exit());
const { url, folder } = JSON.parse(process.argv[2] ?? "") as WorkerOptions;

/** Nothing in this process runs any more. */
function die(): never {
  process.kill(process.pid, "SIGKILL");
  for (;;);
}

const boss = new PgBoss({ connectionString: url, superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 });
boss.on("error", () => {});
await boss.start();
const storage = await Storage.connect(postgres(url));
const store = new LocalStore(folder, { reach: "anywhere" });
await pgBoss(boss).work(await openExecutorSuite({ storage, store, die: async () => die() }), { concurrency: 4 });
console.log("ready");
