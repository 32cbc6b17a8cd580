/** Runs the pipeline in Node, Deno or Bun, keeps its values in a folder, and prints their data versions. */
import { argv } from "node:process";
import { Repository, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { assets, tasks } from "./pipeline.ts";
import { dataVersions } from "./versions.ts";

const ioHandler = new SuperJsonIOHandler({ store: new LocalStore(argv[2] ?? ".edgewater/earthquakes"), prefix: "earthquakes" });
await using repository = await Repository.open({ assets, tasks, ioHandler });
await repository.materialize();
console.log(JSON.stringify(await dataVersions(repository), undefined, 2));
