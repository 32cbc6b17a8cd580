/** Four assets in a diamond and one that takes them, whose functions count their calls and can be held. */
import { type Asset, asset, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { type D1Binding, d1 } from "edgewater/d1";
import { type R2BucketBinding, R2Store } from "edgewater/r2";
import { withPrefix } from "edgewater/with";
import { pause } from "./in-workflow.ts";

/** The bindings of the Worker that are used. */
interface Bindings {
  readonly RUN_RECORDS: D1Binding;
  readonly ASSETS: R2BucketBinding;
}

/** A pipeline of its own in the database and the bucket that tests share. */
export interface Diamond {
  /** The names of its assets, each after those that it takes. */
  readonly names: readonly string[];
  /** The functions that were called, in order. */
  readonly calls: string[];
  /** How long each function takes, in milliseconds. */
  slowMs: number;
  /** Opens its repository, which the caller closes. */
  readonly open: (change?: (storage: Storage) => Storage) => Promise<Repository>;
}

/** The values, by the letters of the assets. */
export const values = { a: 1, b: 2, c: 11, d: 13, e: 16 } as const;

/** Text that is part of every value, and of no journal, message or record. */
export const canary = "canary-e51c";

interface Made {
  readonly value: number;
  readonly canary: string;
}

export function diamond({ RUN_RECORDS, ASSETS }: Bindings, prefix: string = crypto.randomUUID()): Diamond {
  const calls: string[] = [];
  const work = async (letter: string, value: number): Promise<Made> => {
    calls.push(letter);
    if (made.slowMs > 0) await pause(made.slowMs);
    return { value, canary };
  };
  const named = (letter: string): string => `${prefix}.${letter}`;
  const a = asset({ name: named("a") }, () => work("a", 1));
  const b = asset({ name: named("b"), inputs: { a } }, ({ a }) => work("b", a.value + 1));
  const c = asset({ name: named("c"), inputs: { a } }, ({ a }) => work("c", a.value + 10));
  const d = asset({ name: named("d"), inputs: { b, c } }, ({ b, c }) => work("d", b.value + c.value));
  const e = asset({ name: named("e"), inputs: { a, b, d } }, ({ a, b, d }) => work("e", a.value + b.value + d.value));
  const assets: readonly Asset[] = [a, b, c, d, e];
  const store = withPrefix(new R2Store(ASSETS), prefix);
  const made: Diamond = {
    names: assets.map(({ name }) => name),
    calls,
    slowMs: 0,
    open: async (change = (storage) => storage) =>
      Repository.open({ assets, ioHandler: new SuperJsonIOHandler({ store }), storage: change(await Storage.connect(d1(RUN_RECORDS))) }),
  };
  return made;
}

/** What does not hold after a run has ended: every output is recorded once and has its value, and nothing else is left. */
export async function violations({ names, open }: Diamond, runId: string): Promise<readonly string[]> {
  const found: string[] = [];
  await using repository = await open();
  const { storage } = repository;
  for (const [index, name] of names.entries()) {
    const events = await storage.getEventsForAsset(name, { runId });
    if (events.length !== 1) found.push(`${name} has ${events.length} records`);
    const { value } = (await repository.load(name)) as Made;
    if (value !== Object.values(values)[index]) found.push(`${name} has the value ${value}`);
  }
  const run = await storage.getRun(runId);
  if (run?.status !== "Success") found.push(`the run is ${run?.status}`);
  if ((await storage.getLeases(runId)).length > 0) found.push("there are leases after the end");
  for (const { asset, status, uncommitted } of await repository.status())
    if (status !== "UpToDate" || uncommitted !== undefined) found.push(`${asset} is ${status}`);
  const kept = (await storage.kvList()).filter(({ key }) => key.includes(runId));
  if (kept.length > 0) found.push(`there are keys after the end: ${kept.map(({ key }) => key).join(", ")}`);
  if (JSON.stringify(await storage.getEventsForRun(runId, { types: "all" })).includes(canary)) found.push("an event has a value");
  return found;
}
