/**
 * A process that serves the inspector of a repository in a folder: `node inspector-server.ts <folder> <port>`. It makes the asset
 * `made` before it listens, and again for each line of its standard input; its value has one row more each time.
 */
import "./page-files.ts";
import { createServer } from "node:http";
import { join } from "node:path";
import { argv, stdin, stdout } from "node:process";
import { createInterface } from "node:readline";
import { asset, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/fs";
import { inspector, nodeListener } from "edgewater/inspector";
import { sqlite } from "edgewater/sqlite";

const [folder = "", port = "0"] = argv.slice(2);
const storage = await Storage.connect(sqlite(join(folder, "records.sqlite")));
const made = asset({ name: "made" }, async (_, context) => {
  const rows = (await storage.getEventsForAsset("made", { types: ["Materialization"], limit: 1000 })).length + 1;
  context.addOutputMetadata({ rows });
  return Array.from({ length: rows }, (_, row) => ({ row }));
});
const ioHandler = new SuperJsonIOHandler({ store: new LocalStore(join(folder, "values")) });
await using repository = await Repository.open({ name: "cut", assets: [made], ioHandler, storage });
await repository.materialize();
const handler = inspector(repository, { authorize: () => true, values: "preview", actions: ["materialize"] });
createServer(nodeListener(handler)).listen(Number(port), "127.0.0.1", () => stdout.write("ready\n"));
for await (const _ of createInterface(stdin)) await repository.materialize();
