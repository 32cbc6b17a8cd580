/** A pipeline in the syntax that Node 20 knows, over the store and the Storage that the runtime has. */
import { asset, isEdgewaterError, MemoryStore, Repository, SuperJsonIOHandler } from "edgewater";
import { openStore } from "edgewater/open";

/** Runs the pipeline and returns what a test can compare: the same on every runtime. */
export async function pipeline(store = new MemoryStore(), storage = undefined) {
  const numbers = asset({ name: "numbers" }, () => [1, 2, new Date(0)]);
  const count = asset({ name: "count", inputs: { numbers } }, ({ numbers }) => numbers.length);
  const repository = await Repository.open({ assets: [numbers, count], ioHandler: new SuperJsonIOHandler({ store }), storage });
  try {
    await repository.materialize();
    const misspelt = await Repository.open({ assets: [], iohandler: undefined }).catch((error) => error);
    const relative = await openStore("file:./data").catch((error) => error);
    return {
      count: await repository.load(count),
      dataVersion: (await repository.storage.getLatestMaterialization("numbers")).dataVersion,
      misspelt: isEdgewaterError(misspelt, "SettingsError") && misspelt.message,
      relative: isEdgewaterError(relative, "SettingsError"),
    };
  } finally {
    await repository.close();
  }
}
