/** What must hold at the end of a schedule, after one look by a new process. */

import { madeOf, storedAssets } from "./history.ts";
import { type Input, open } from "./pipeline.ts";
import type { Shared, World } from "./world.ts";

/** Checks the invariants, and that a new process can make everything. Returns what does not hold. */
export async function checkEnd(world: World, shared: Shared, input: Input): Promise<readonly string[]> {
  const { history } = world;
  const { store } = shared;
  const violations = history.violations;
  const last = world.process("last", async () => {});
  for (const each of world.processes)
    if (!each.isDead && each !== last && each.outcome === undefined && each.work === undefined)
      violations.push(`${each.name} waits for nothing and has not ended`);
  const observed = world.observed(last);
  const { repository, b } = await open(observed, last, input);
  await repository.status({ verify: true });
  await checkStored("after a look", world, shared);
  for (const process of world.processes) {
    const events = (process.outcome?.value as { readonly events?: never[] } | undefined)?.events;
    history.checkTakenOver(process, process.outcome?.error);
    if (events !== undefined) history.checkAcknowledged(process, events);
  }
  try {
    const { success, failedAssets } = await repository.materialize({ raiseOnError: false });
    if (!success) violations.push(`a new run fails: ${failedAssets.map(({ name, error }) => `${name}: ${String(error)}`).join(", ")}`);
    const statuses = await repository.status({ verify: true });
    for (const { asset, status, causes } of statuses)
      if (status !== "UpToDate") violations.push(`${asset} is ${status} after a new run: ${causes.map(({ reason }) => reason).join(", ")}`);
    await checkStored("after a new run", world, shared);
    if (input.skips) {
      const { decisions } = await repository.materialize({ skipUnchanged: true });
      for (const { step, isSkipped, reason } of decisions)
        if (!isSkipped && step !== "e") violations.push(`${step} was made just now and is made again: ${reason}`);
    }
    const made = (await repository.load(b)) as { readonly from: string };
    const { bytes } = (await store.get("a.json")) as unknown as { readonly bytes: () => Promise<Uint8Array> };
    const a = madeOf(await bytes());
    if (made.from !== a.name) violations.push(`after a new run b is made from ${made.from}, and a is ${a.name}`);
  } catch (error) {
    violations.push(`a new run throws: ${String(error)}`);
  }
  await history.checkRecords();
  await repository.close();
  return violations;
}

/** I1: the records and the values agree, or the records say that they do not. */
async function checkStored(when: string, { history }: World, { storage, store }: Shared): Promise<void> {
  await history.learnVersions();
  for (const asset of storedAssets) {
    const [latest] = await storage.getLatestRecords([{ assetKey: asset }]);
    const record = history.latest(asset);
    if (latest?.lastMaterializationId !== record?.id)
      history.violations.push(`I5: the latest record of ${asset} is not the last one ${when}`);
    const object = await objectOf(store, `${asset}.json`);
    const isEqual =
      object === undefined || record === undefined
        ? object === undefined && record === undefined
        : history.isStrict
          ? object.writeId === record.stored?.writeId
          : object.name === history.madeBy(record)?.name;
    const found = latest?.lastFound ?? "Stored";
    if (isEqual && found === "Stored") continue;
    const what = `${asset} has the record ${record?.id} of ${record?.stored?.writeId} and the value ${object?.name} of ${object?.writeId} ${when}, found ${found}`;
    if (history.isStrict || found === "Stored") history.violations.push(`I1: ${what}`);
    else history.reported.push(what);
  }
}

async function objectOf(
  store: Shared["store"],
  key: string,
): Promise<{ readonly name: string; readonly writeId: string | undefined } | undefined> {
  try {
    const { meta, bytes } = (await store.get(key)) as unknown as {
      readonly meta: { readonly metadata?: Readonly<Record<string, string>> };
      readonly bytes: () => Promise<Uint8Array>;
    };
    return { name: madeOf(await bytes()).name, writeId: meta.metadata?.["write-id"] };
  } catch (error) {
    if ((error as { readonly code?: string }).code === "NotFound") return undefined;
    throw error;
  }
}
