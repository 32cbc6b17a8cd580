/** Makes the assets, keeps their values in the origin's private files and their records in IndexedDB, and shows what was made. */
import { Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { OPFSStore } from "edgewater/opfs";
import { assets } from "./pipeline.ts";

await using repository = await Repository.open({
  assets,
  ioHandler: new SuperJsonIOHandler({ store: new OPFSStore("values") }),
  storage: Storage.embedded("records"),
});
const { events } = await repository.materialize();
const lines = events.map(({ assetKey, dataVersion }) => `${assetKey} ${dataVersion}`);
const output = document.querySelector("output");
if (output !== null) output.textContent = lines.join("\n");
