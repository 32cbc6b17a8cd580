/** Assets whose functions wait, with records that can be made to fail: for tests of what engines do in the middle of a run. */
import { type Asset, asset, EdgewaterError, Repository, type Storage, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";

/** A repository, and what steers its functions. */
export interface Gated extends AsyncDisposable {
  readonly repository: Repository;
  /** Resolves when the first asset is being made. */
  readonly called: Promise<void>;
  /** Lets it end. */
  readonly open: () => void;
  /** How often the function of each asset was called. */
  readonly calls: ReadonlyMap<string, number>;
}

/**
 * The chain `first` → `second`, and `unrecorded`.
 *
 * @param lostAttempts how many attempts to make `unrecorded` cannot reach the Storage, neither at their start nor with their failure
 */
export async function openGated(storage: Storage, folder: string, lostAttempts = 0): Promise<Gated> {
  const [called, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const calls = new Map<string, number>();
  const call = (name: string): number => {
    const count = (calls.get(name) ?? 0) + 1;
    calls.set(name, count);
    return count;
  };
  const first: Asset<number> = asset({ name: "first" }, async () => {
    const count = call("first");
    called.resolve();
    await gate.promise;
    return count;
  });
  const second = asset({ name: "second", inputs: { first } }, ({ first }) => first + call("second"));
  const unrecorded = asset({ name: "unrecorded" }, () => call("unrecorded"));
  const repository = await Repository.open({
    assets: [first, second, unrecorded],
    storage: refusing(storage, "unrecorded", 2 * lostAttempts),
    ioHandler: new SuperJsonIOHandler({ store: new LocalStore(folder, { reach: "anywhere" }) }),
  });
  return {
    repository,
    calls,
    called: called.promise,
    open: gate.resolve,
    [Symbol.asyncDispose]: () => repository.close(),
  };
}

/** A Storage that cannot be reached for the first commits about an asset. */
function refusing(storage: Storage, asset: string, refusals: number): Storage {
  let left = refusals;
  const commit: Storage["commit"] = async (batch) => {
    if (left > 0 && batch.events?.some(({ assetKey }) => assetKey === asset)) {
      left--;
      throw new EdgewaterError("Unavailable", "the line is cut");
    }
    return storage.commit(batch);
  };
  return new Proxy(storage, {
    get: (_, name) => {
      if (name === "commit") return commit;
      const value = Reflect.get(storage, name);
      return typeof value === "function" ? value.bind(storage) : value;
    },
  });
}
