/** `npm run example:deno`: runs the pipeline in Deno and keeps its values in a folder. */
import { Repository, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { assets, tasks } from "../earthquakes/pipeline.ts";
import { dataVersions } from "../earthquakes/versions.ts";

const ioHandler = new SuperJsonIOHandler({ store: new LocalStore(Deno.args[0] ?? ".edgewater/deno"), prefix: "earthquakes" });
await using repository = await Repository.open({ assets, tasks, ioHandler });
await repository.materialize();
console.log(JSON.stringify(await dataVersions(repository), undefined, 2));
