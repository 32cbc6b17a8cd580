import type { Definition } from "../../asset/types.ts";
import { EdgewaterError, isEdgewaterError, throwIfAborted } from "../../errors.ts";
import { MetadataValue } from "../../metadata/metadata-value.ts";
import type { PartitionKey } from "../../partition/partition-key.ts";
import { recordFinding } from "../../run/finding.ts";
import { contextOf, handlerOf, historyOf, isOf, isStillLatest, latestOf, look, type Output } from "../../run/look.ts";
import type { LoadEnvironment } from "../../run/run-environment.ts";
import { decodeIntent, intentPrefix } from "../../storage/intent.ts";
import type { Batch, KvEntry, LatestRecord, NewEvent, VerificationEvent } from "../../storage/types.ts";
import type { RepositoryContext } from "../context.ts";
import { wipedKeys } from "../keys.ts";
import { materializations, nameOf } from "./find-version.ts";
import { folderOf, storedVersions } from "./stored-versions.ts";

/** Options of `repository.wipe`. */
export interface WipeOptions {
  /** The partitions, or `"all"` that were ever materialized; required for an asset with partitions. */
  readonly partitionKeys?: readonly (string | PartitionKey)[] | "all";
  /** Aborts the call. What was wiped until then stays wiped. */
  readonly signal?: AbortSignal;
}

/** How often a place is read again, because others record it meanwhile. */
const mostTries = 10;
/** Events of one commit. */
const pageSize = 500;
/** How many places are wiped at the same time. */
const concurrency = 16;

/**
 * Deletes the value of an asset or of some of its partitions, every version of it, and the events that recorded it. The records say
 * so first: what was wiped is missing from then on. Announcements of its writes are revoked, so that nobody records a value that is gone; a run that makes the
 * output at that moment makes it again. Returns the events that say so, without places that have nothing recorded.
 *
 * @throws `NotSupported` for a handler that cannot delete and for an external asset, before anything is deleted; `Conflict` when other
 *   runs record an output all the time
 */
export async function wipe(
  context: RepositoryContext,
  definition: Definition,
  options: WipeOptions,
): Promise<readonly VerificationEvent[]> {
  const { partitionKeys } = options;
  const environment = context.environment(options);
  const loadingContext = await context.loadingContext();
  const known = await environment.storage.getMaterializedPartitions(definition.name);
  const outputs = wipedKeys(definition, partitionKeys, known, loadingContext).map((key): Output => ({ definition, key }));
  checkRemovable({ definition, key: undefined }, environment);
  const said: VerificationEvent[] = [];
  for (let start = 0; start < outputs.length; start += concurrency) {
    throwIfAborted(environment.signal);
    const group = outputs.slice(start, start + concurrency);
    const events = await Promise.all(group.map((output) => forget(output, environment)));
    said.push(...events.filter((event) => event !== undefined));
    await Promise.all(group.map((output) => handlerOf(output, environment).remove?.(contextOf(output, undefined, environment))));
    for (const output of group) if (historyOf(output, environment) === undefined) await settle(output, environment);
  }
  await deleteVersions(outputs, environment);
  return said;
}

function checkRemovable(output: Output, environment: LoadEnvironment): void {
  const { kind, name } = output.definition;
  const handler = handlerOf(output, environment);
  if (kind !== "external" && handler.remove !== undefined) return;
  const reason =
    kind === "external"
      ? "it is external, so that something else writes it"
      : `its ${handler.constructor.name} cannot delete; give it a store with the method delete, or a handler of your own the method remove`;
  throw new EdgewaterError("NotSupported", `Cannot wipe ${nameOf(output)}: ${reason}`, { asset: name });
}

/** Deletes the events and the announcements of an output, and records that it was wiped. */
async function forget(output: Output, environment: LoadEnvironment): Promise<VerificationEvent | undefined> {
  const { storage } = environment;
  for (let tries = 0; tries < mostTries; tries++) {
    const latest = await latestOf(output, environment);
    const ids: number[] = [];
    for await (const { id } of materializations(output, environment)) ids.push(id);
    const announced = await announcements(output, environment);
    if (ids.length + announced.length === 0) return undefined;
    try {
      // The newest event goes last: until then it is what the records say.
      const pages = pagesOf(ids.toReversed());
      for (const page of pages.slice(0, -1))
        await storage.commit({ preconditions: [isStillLatest(output, latest)], deletes: { events: page } });
      const events = await storage.commit(lastBatch(output, latest, pages.at(-1) ?? [], announced));
      return events[0] as unknown as VerificationEvent | undefined;
    } catch (error) {
      if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
    }
  }
  const message = `Cannot wipe ${nameOf(output)}: other runs have recorded it ${mostTries} times meanwhile; cancel them, or wipe it again`;
  throw new EdgewaterError("Conflict", message, { asset: output.definition.name });
}

function pagesOf(ids: readonly number[]): readonly (readonly number[])[] {
  const pages: (readonly number[])[] = [];
  for (let start = 0; start < ids.length; start += pageSize) pages.push(ids.slice(start, start + pageSize));
  return pages;
}

async function announcements(output: Output, { storage }: LoadEnvironment): Promise<readonly KvEntry[]> {
  const entries = await storage.kvList(intentPrefix());
  return entries.filter(({ value }) => {
    const intent = decodeIntent(value);
    return intent !== undefined && isOf(intent, output);
  });
}

function lastBatch(output: Output, latest: LatestRecord | undefined, ids: readonly number[], announced: readonly KvEntry[]): Batch {
  return {
    preconditions: [isStillLatest(output, latest), ...announced.map(({ key, value }) => ({ kv: key, is: value }))],
    events: latest === undefined ? [] : wiped(output, latest),
    kv: announced.map(({ key }) => ({ key, value: undefined })),
    deletes: { events: ids },
  };
}

function wiped(output: Output, { lastMaterializationId, lastRunId }: LatestRecord): readonly NewEvent[] {
  if (lastMaterializationId === undefined || lastRunId === undefined) return [];
  return [
    {
      eventType: "Verification",
      assetKey: output.definition.name,
      partitionKey: output.key,
      runId: lastRunId,
      timestamp: Date.now(),
      dataVersion: undefined,
      codeVersion: undefined,
      inputDataVersions: {},
      metadata: { wiped: MetadataValue.bool(true) },
      found: "Missing",
      materializationId: lastMaterializationId,
    },
  ];
}

/**
 * Sees to it that the records are true where a run has written the output while it was deleted: what is announced may be gone and is
 * made again; what was recorded meanwhile and is gone is recorded as missing.
 */
async function settle(output: Output, environment: LoadEnvironment): Promise<void> {
  for (const { key, value } of await announcements(output, environment)) await environment.storage.kvCompareAndSet(key, value, undefined);
  const latest = await latestOf(output, environment);
  if (latest?.lastFound === "Missing") return;
  const { found } = await look(output, latest, environment);
  if (found === "nothing") await recordFinding(output, "Missing", environment, latest);
}

/** Deletes the versions of outputs that nobody can record any more. */
async function deleteVersions(outputs: readonly Output[], environment: LoadEnvironment): Promise<void> {
  const [first] = outputs;
  const history = first && historyOf(first, environment);
  if (first === undefined || history === undefined) return;
  const folders = new Set(outputs.map((output) => history.folderOf(contextOf(output, undefined, environment))));
  const { unknown } = await storedVersions(first.definition.name, history, environment);
  await history.deleteVersions(
    unknown.filter((key) => folders.has(folderOf(key))),
    environment,
  );
}
