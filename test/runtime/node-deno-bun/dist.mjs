/** Runs the built package like an installed one: plain JavaScript, no condition, on any supported Node. */
import { asset, Repository, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/fs";

const dates = asset({ name: "dates" }, () => [new Date(0)]);
const ioHandler = new SuperJsonIOHandler({ store: new LocalStore(process.argv[2]) });
const repository = await Repository.open({ assets: [dates], ioHandler });
await repository.materialize();
const { dataVersion } = await repository.storage.getLatestMaterialization("dates");
console.log(JSON.stringify({ value: await repository.load(dates), dataVersion }));
await repository[Symbol.asyncDispose]();
