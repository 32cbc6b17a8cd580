import { InputContext } from "../io-handler/contexts.ts";
import { storeOf } from "../io-handler/stored-in.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import { handlerOf } from "../run/look.ts";
import { originStorage } from "../runtime/origin-storage.ts";
import type { StorageView } from "./inspection.ts";
import { type NodeRecords, readRecords } from "./records.ts";
import { nameOfKey, objectsIn, storesOf } from "./stores.ts";
import type { Subject } from "./subject.ts";

/** How many objects are counted, and how many values of handlers that list none are asked for. */
const mostObjects = 100_000;
const mostAsked = 1000;
/** How many events are counted. */
const mostEvents = 1_000_000;

/** What takes how much room. */
export async function storageView(subject: Subject, signal: AbortSignal | undefined): Promise<StorageView> {
  const sizes = new Sizes();
  const stores = storesOf(subject);
  for (const store of stores) {
    for await (const { key, size } of objectsIn(store, "", signal)) {
      if (sizes.objects === mostObjects) {
        sizes.isCut = true;
        break;
      }
      sizes.add(nameOfKey(store, key)?.asset, size);
    }
  }
  await addUnlisted(subject, sizes);
  const [records, browser] = await Promise.all([recordsView(subject, signal), browserView()]);
  const names = [...new Set(stores.map(({ store }) => store.name))];
  return {
    name: names.join(", ") || "memory",
    values: { bytes: sizes.bytes, objects: sizes.objects, isCut: sizes.isCut },
    records,
    byAsset: [...sizes.byAsset].map(([asset, size]) => ({ asset, ...size })).sort((left, right) => right.bytes - left.bytes),
    ...browser,
  };
}

class Sizes {
  bytes = 0;
  objects = 0;
  isCut = false;
  readonly byAsset = new Map<string, { bytes: number; objects: number }>();

  add(asset: string | undefined, size: number): void {
    this.bytes += size;
    this.objects++;
    if (asset === undefined) return;
    const own = this.byAsset.get(asset) ?? { bytes: 0, objects: 0 };
    this.byAsset.set(asset, own);
    own.bytes += size;
    own.objects++;
  }
}

/** Adds the values of handlers that can be asked for a value and cannot list them, such as those in memory. */
async function addUnlisted(subject: Subject, sizes: Sizes): Promise<void> {
  const { nodes } = await readRecords(subject);
  let asked = 0;
  for (const records of nodes) {
    const { definition } = records.node;
    const handler = handlerOf({ definition, key: undefined }, subject.context);
    if (storeOf(handler)?.canList || handler.inspect === undefined || definition.kind === "external") continue;
    for (const context of contextsOf(records)) {
      if (asked++ >= mostAsked) {
        sizes.isCut = true;
        return;
      }
      const stored = await handler.inspect(context);
      if (stored !== undefined) sizes.add(definition.name, stored.size);
    }
  }
}

/** The contexts of what was made of an asset. */
function contextsOf({ node, latest, partitions }: NodeRecords): readonly InputContext[] {
  const { name, metadata, partitions: definition } = node.definition;
  if (definition === undefined)
    return latest?.lastMaterializationId === undefined ? [] : [new InputContext({ assetName: name, assetMetadata: metadata })];
  return [...partitions.values()].flatMap(({ partitionKey, lastMaterializationId }) => {
    if (partitionKey === undefined || lastMaterializationId === undefined) return [];
    const partition = new PartitionContext({ keys: [partitionKey], definition });
    return [new InputContext({ assetName: name, assetMetadata: metadata, partition })];
  });
}

async function recordsView({ storage }: Subject, signal: AbortSignal | undefined): Promise<StorageView["records"]> {
  const runs = (await storage.getRuns({ limit: Number.MAX_SAFE_INTEGER })).map(({ runId }) => runId);
  let events = 0;
  for (let start = 0; start < runs.length && events < mostEvents && !signal?.aborted; start += 16) {
    const counts = await Promise.all(
      runs.slice(start, start + 16).map(async (runId) => (await storage.getEventsForRun(runId, { types: "all" })).length),
    );
    for (const count of counts) events += count;
  }
  return { events, runs: runs.length };
}

/** How much room this page has, as the browser estimates it. */
async function browserView(): Promise<Pick<StorageView, "estimate" | "isPersisted">> {
  const { persisted, usage, quota } = await originStorage();
  return {
    ...(usage !== undefined && quota !== undefined && { estimate: { usage, quota } }),
    ...(persisted !== undefined && { isPersisted: persisted }),
  };
}
