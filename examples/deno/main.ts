/** Makes the assets, keeps their values and their records in the folder `data`, and prints what was made. Run it twice. */
import { Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { assets } from "./pipeline.ts";

await using repository = await Repository.open({
  assets,
  ioHandler: new SuperJsonIOHandler({ store: new LocalStore("data/values") }),
  storage: Storage.embedded("data/records"),
});
const { events } = await repository.materialize();
for (const { assetKey, dataVersion } of events) console.log(assetKey, dataVersion);
