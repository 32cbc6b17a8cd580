/** `npm run example:node`: runs the pipeline in Node and keeps its values in a folder. The demo shows more. */
import { Repository, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { assets, tasks } from "../earthquakes/pipeline.ts";
import { dataVersions } from "../earthquakes/versions.ts";

const ioHandler = new SuperJsonIOHandler({ store: new LocalStore(process.argv[2] ?? ".edgewater/node"), prefix: "earthquakes" });
await using repository = await Repository.open({ assets, tasks, ioHandler });
await repository.materialize();
console.log(JSON.stringify(await dataVersions(repository), undefined, 2));
