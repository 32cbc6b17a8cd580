/** What the processes of engines make: a diamond, a wide wave, an asset that fails with what waits for it, and names of any kind. */
import { type Asset, asset, Repository, Storage, SuperJsonIOHandler, staticPartitions } from "edgewater";
import { LocalStore } from "edgewater/local";
import { postgres } from "edgewater/postgres";

/** What no journal and no table may have. */
export const canary = "canary-2b9e41";

/** Where records and values are. */
export interface Records {
  /** The database of the records. */
  readonly records: string;
  /** The folder of the values. */
  readonly folder: string;
}

/** Told of every call of a function. */
export type OnCall = (runId: string, name: string) => void;

/** A name with everything that a name may have. */
export const oddName: string = `odd/näme 🦆 ' "%2F ${"x".repeat(200)}`;

const places = staticPartitions(["a", "é/x"]);

/** The values that a run leaves, by the names of the assets. */
export const expected: Readonly<Record<string, string>> = {
  top: canary,
  left: `left of ${canary}`,
  right: `right of ${canary}`,
  bottom: `left of ${canary} and right of ${canary}`,
  [oddName]: "odd",
  beside: "beside",
};
/** The partitions that a run makes, by their keys. */
export const expectedParts: readonly string[] = ["a", "é/x"];
export const failing = "failing";
export const skipped = "behind";

function assetsOf(called: OnCall): readonly Asset<string>[] {
  const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));
  const call = async (runId: string, name: string): Promise<void> => {
    called(runId, name);
    await wait();
  };
  const top = asset({ name: "top" }, async (_, { runId }) => {
    await call(runId, "top");
    return canary;
  });
  const side = (name: string): Asset<string> =>
    asset({ name, inputs: { top } }, async ({ top }, { runId }) => {
      await call(runId, name);
      return `${name} of ${top}`;
    });
  const [left, right] = [side("left"), side("right")];
  const bottom = asset({ name: "bottom", inputs: { left, right } }, async ({ left, right }, { runId }) => {
    await call(runId, "bottom");
    return `${left} and ${right}`;
  });
  const odd = asset({ name: oddName }, async (_, { runId }) => {
    await call(runId, oddName);
    return "odd";
  });
  const beside = asset({ name: "beside" }, async (_, { runId }) => {
    await call(runId, "beside");
    return "beside";
  });
  const parts = asset({ name: "parts", partitions: places, inputs: { top } }, async (_, { runId, partitionKey }) => {
    await call(runId, `parts ${partitionKey}`);
    return String(partitionKey);
  });
  const broken = asset({ name: failing }, async (_, { runId }): Promise<string> => {
    await call(runId, failing);
    throw new TypeError("no such column");
  });
  const behind = asset({ name: skipped, inputs: { broken } }, ({ broken }) => broken);
  return [top, left, right, bottom, odd, beside, parts, broken, behind];
}

/** Opens the repository of a process. */
export async function openPipeline(
  { records, folder }: Records,
  called: OnCall,
  wrap: <Target extends object>(target: Target) => Target = (target) => target,
): Promise<Repository> {
  return Repository.open({
    assets: assetsOf(called),
    ioHandler: new SuperJsonIOHandler({ store: wrap(new LocalStore(folder, { reach: "anywhere" })) }),
    storage: wrap(await Storage.connect(postgres(records))),
  });
}

/** What a run makes. */
export const everything = { partitionKeys: [...expectedParts], raiseOnError: false };
