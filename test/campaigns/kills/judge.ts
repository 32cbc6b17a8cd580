/** Checks what killed runs have left: values, records, runs, leases and announcements. Runs in Node and in browsers. */
import { MemoryStore, type ObjectStore, type Repository, Storage, type StoredEvent } from "edgewater";
import { openRepository } from "./attack.ts";
import { everything, keys, valuesAfter } from "./pipeline.ts";

export interface Left {
  readonly storage: Storage;
  readonly store: ObjectStore;
  /** The ids of the outputs that were reported to the killed processes. */
  readonly acknowledged: ReadonlySet<number>;
  /**
   * Whether the store has conditions on writes; true unless given. Without them an older write can land on a newer record: it is
   * recorded as what it is, and an update can be lost.
   */
  readonly isConditional?: boolean;
}

const names = ["source", "left", "right", "parts", "counter", "total"] as const;

/** Ends the interrupted runs, and returns everything that is wrong. */
export async function judge({ storage, store, acknowledged, isConditional = true }: Left): Promise<readonly string[]> {
  const problems: string[] = [];
  await using repository = await openRepository({ storage, store });
  await checkStatus(repository, false, problems);
  for (const run of await storage.getRuns({ limit: 100_000 })) {
    if (run.status === "Success") continue;
    const result = await repository.materialize({ resume: run.runId, raiseOnError: false });
    if (!result.success)
      problems.push(`the run ${run.runId} (${run.status}) cannot be resumed: ${result.failedAssets.map(({ error }) => error)}`);
  }
  await repository.materialize(everything);
  await checkStatus(repository, true, problems);
  await checkEvents({ storage, store, acknowledged, isConditional }, problems);
  await checkOwners(storage, problems);
  await checkValues(repository, storage, problems);
  const leases = await storage.getLeases();
  if (leases.length > 0) problems.push(`leases are left: ${JSON.stringify(leases)}`);
  await storage.prune({ before: Date.now() + 1 });
  const announced = await storage.kvList("edgewater/intent/");
  if (announced.length > 0) problems.push(`announcements are left: ${announced.map(({ key }) => key)}`);
  for (const { runId, status } of await storage.getRuns({ limit: 100_000 }))
    if (status !== "Success") problems.push(`the run ${runId} has the status ${status}`);
  return problems;
}

async function checkStatus(repository: Repository, isEnd: boolean, problems: string[]): Promise<void> {
  for (const { asset, partition, status, causes, uncommitted } of await repository.status({ verify: true, partitions: true })) {
    const name = partition === undefined ? asset : `${asset}[${partition}]`;
    for (const { kind, reason } of causes) if (kind.startsWith("value-")) problems.push(`${name}: ${kind} (${reason})`);
    if (uncommitted !== undefined) problems.push(`${name}: its stored value is not recorded: ${JSON.stringify(uncommitted)}`);
    if (isEnd && status !== "UpToDate") problems.push(`${name} is ${status}: ${causes.map(({ reason }) => reason)}`);
  }
}

/** The data versions of undisturbed runs: of the first one by the names of the places, and of `counter` and `total` by the number. */
async function undisturbed(
  runs: number,
): Promise<{ readonly first: ReadonlyMap<string, string>; readonly nth: readonly { counter: string; total: string }[] }> {
  await using storage = Storage.memory();
  await using repository = await openRepository({ storage, store: new MemoryStore() });
  const { events } = await repository.materialize(everything);
  const first = new Map(events.map((event) => [placeOf(event), event.dataVersion]));
  const nth = [{ counter: first.get("counter") ?? "", total: first.get("total") ?? "" }];
  while (nth.length < runs) {
    const made = await repository.materialize({ selection: ["counter", "total"] });
    nth.push({ counter: versionOf(made.events, "counter"), total: versionOf(made.events, "total") });
  }
  return { first, nth };
}

function versionOf(events: readonly StoredEvent[], name: string): string {
  return events.find(({ assetKey }) => assetKey === name)?.dataVersion ?? "";
}

function placeOf({ assetKey, partitionKey }: Pick<StoredEvent, "assetKey" | "partitionKey">): string {
  return partitionKey === undefined ? assetKey : `${assetKey}[${partitionKey}]`;
}

const inputsOf: Readonly<Record<string, readonly string[]>> = {
  source: [],
  left: ["source"],
  right: ["source"],
  parts: ["left"],
  total: ["left", "right", "counter"],
};

async function checkEvents({ storage, store: { etags }, acknowledged, isConditional }: Required<Left>, problems: string[]): Promise<void> {
  const made: StoredEvent[] = [];
  const writes = new Set<string>();
  for (const name of names) {
    const all = (await storage.getEventsForAsset(name, { types: "all", limit: 1_000_000 })).toReversed();
    const recorded = new Map<string, number>();
    for (const event of all) {
      const output = `${event.runId} ${placeOf(event as StoredEvent)}`;
      const earlier = recorded.get(output);
      if (event.eventType === "StepStart" && earlier !== undefined)
        problems.push(`${output} is recorded with event ${earlier} and was started again with event ${event.id}`);
      if (event.eventType !== "Materialization") continue;
      if (earlier !== undefined) problems.push(`${output} is recorded twice, with the events ${earlier} and ${event.id}`);
      recorded.set(output, event.id);
      made.push(event as StoredEvent);
      for (const note of ["replaced", "overwrote"])
        if (isConditional && event.metadata[note] !== undefined)
          problems.push(`${output} has ${note}: ${JSON.stringify(event.metadata[note])}`);
      if (event.metadata["path"]?.kind !== "Text") problems.push(`${output} lost its metadata: ${JSON.stringify(event.metadata)}`);
      const { writeId = "none" } = (event as StoredEvent).stored ?? {};
      // A store whose etags name content keeps the object of an earlier write of the same bytes.
      if (writes.has(writeId) && (etags !== "content" || writeId.startsWith(event.runId)))
        problems.push(`the write ${writeId} is recorded twice`);
      writes.add(writeId);
    }
  }
  const ids = new Map(made.map((event) => [event.id, event]));
  for (const id of acknowledged) if (!ids.has(id)) problems.push(`the event ${id} was reported and is not recorded`);
  const counts = made.filter(({ assetKey }) => assetKey === "counter");
  const { first, nth } = await undisturbed(counts.length);
  for (const [index, { id, dataVersion, inputDataVersions }] of counts.entries()) {
    const { counter: before } = inputDataVersions;
    const count = before === undefined ? 0 : nth.findIndex(({ counter }) => counter === before) + 1;
    if (isConditional && count !== index) problems.push(`counter's ${index + 1}th event ${id} was made from the value after ${count}`);
    if (dataVersion !== nth[count]?.counter) problems.push(`counter's ${index + 1}th event ${id} says that it was made from another value`);
  }
  for (const event of made) {
    const { id, assetKey, dataVersion, inputDataVersions, inputEventIds = {} } = event;
    const place = placeOf(event);
    for (const [input, inputId] of Object.entries(inputEventIds)) {
      const source = ids.get(inputId);
      if (source === undefined || source.assetKey !== input || source.dataVersion !== inputDataVersions[input] || inputId >= id)
        problems.push(`${place}, event ${id}: its input ${input} names the event ${inputId}, which is not the one that was read`);
    }
    if (assetKey === "counter") continue;
    const found = Object.keys(inputDataVersions).sort().join();
    const expected = inputsOf[assetKey]?.toSorted().join();
    if (found !== expected) problems.push(`${place}, event ${id}: its inputs are ${found}, not ${expected}`);
    const count = nth.findIndex(({ counter }) => counter === inputDataVersions["counter"]);
    const version = assetKey === "total" ? nth[count]?.total : first.get(place);
    if (dataVersion !== version) problems.push(`${place}, event ${id}, has another version than undisturbed`);
  }
}

/** Only the last owner of a run records for it, except that anybody may record a value that was announced. */
async function checkOwners(storage: Storage, problems: string[]): Promise<void> {
  for (const { runId } of await storage.getRuns({ limit: 100_000 })) {
    let [attempt, isEnded] = [0, true];
    for (const event of await storage.getEventsForRun(runId, { types: "all" })) {
      const { id, eventType } = event;
      if (eventType === "RunStart") {
        if (event.attempt !== attempt + 1) problems.push(`${runId}: attempt ${event.attempt} follows ${attempt}`);
        [attempt, isEnded] = [event.attempt, false];
        continue;
      }
      const isHelp = eventType === "Verification" || event.metadata["adopted"] !== undefined;
      if (isEnded && !isHelp) problems.push(`${runId} has ended, and then recorded the event ${id} (${eventType})`);
      if (eventType === "RunEnd") isEnded = true;
      const { writeId = "" } = (event as StoredEvent).stored ?? {};
      if (!isHelp && writeId.startsWith(`${runId}/`) && !writeId.startsWith(`${runId}/${attempt}.`))
        problems.push(`${runId}: the event ${id} of the write ${writeId} was recorded when attempt ${attempt} had begun`);
    }
  }
}

async function checkValues(repository: Repository, storage: Storage, problems: string[]): Promise<void> {
  const { count } = (await repository.load("counter")) as { readonly count: number };
  const expected = valuesAfter(count);
  const counter = await storage.getLatestMaterialization("counter");
  const { nth } = await undisturbed(count);
  if (counter?.dataVersion !== nth[count - 1]?.counter) problems.push(`counter is ${count}, which is not what is recorded last`);
  for (const name of names) {
    for (const key of name === "parts" ? keys : [undefined]) {
      const place = key === undefined ? name : `${name}[${key}]`;
      const value = await repository.load(name, { ...(key !== undefined && { partitionKey: key }) });
      if (JSON.stringify(value) !== JSON.stringify(expected[place])) problems.push(`${place} is ${JSON.stringify(value)}`);
    }
  }
}
