/** Makes the assets, keeps their values and their records in IndexedDB, and shows what was made. Load the page twice. */
import { Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { assets } from "./pipeline.js";

const repository = await Repository.open({
  assets,
  ioHandler: new SuperJsonIOHandler({ store: new IndexedDBStore("values") }),
  storage: Storage.embedded("records"),
});
const { events } = await repository.materialize();
const lines = events.map(({ assetKey, dataVersion }) => `${assetKey} ${dataVersion}`);
document.querySelector("output").textContent = lines.join("\n");
await repository.close();
