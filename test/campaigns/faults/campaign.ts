/** Sends conditional writes through the fault proxy and compares the results of the store with what the server did. */
import { type ConditionalPut, type Delete, type Head, isEdgewaterError, type PutMode } from "edgewater";
import { S3Store } from "edgewater/s3";
import type { TransportOptions } from "../../../src/object-store/client/exchange.ts";
import { deckOf, randomOf } from "../../support/random.ts";
import type { S3Server } from "../../support/servers/ceph.ts";
import { type Commit, type Fault, startFaultProxy } from "../../support/servers/fault-proxy.ts";

/** Milliseconds that the store waits for an answer, and by which late requests and answers are delayed. */
const timeoutMs = 1000;
const lateMs = 1500;

const attempts = 8;

/** Number of ancestors in a lineage. */
const maxAncestors = 12;

/** The header that names the worker that sent a request. */
const workerHeader = "x-worker";

type Store = ConditionalPut & Head;

/** What another writer does at the same time: replaces under a condition, overwrites without one (which hides the old object), or deletes. */
type OtherWriter = "none" | "replaces" | "overwrites" | "deletes";

interface Write {
  readonly id: string;
  readonly key: string;
  readonly mode: PutMode;
  readonly faults: Fault[];
  /** Whether the store cannot read anything. */
  readonly isBlind: boolean;
  /** What other writers did to the key during this write, and unconditionally shortly before it. */
  others: readonly Commit[];
  start: number;
  result?: { readonly etag: string | undefined } | { readonly code: string; readonly outcome: string | undefined };
}

export interface Report {
  readonly writes: number;
  readonly results: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Violations of the guarantees; empty when there are none. */
  readonly broken: readonly string[];
}

/** A real server and its stores. */
export interface TestedServer {
  readonly endpoint: string;
  /** The server's error code for a 409 that may succeed later. */
  readonly conflict?: string;
  /** Makes a store. */
  readonly storeOf: (options: TransportOptions & { readonly endpoint: string }) => Store & Delete;
  /** Makes the stores of the eight workers; `storeOf` unless given. */
  readonly testedOf?: (options: TransportOptions & { readonly endpoint: string }) => Store;
}

/** An S3 server with S3Store. */
export function s3({ endpoint, region, ...credentials }: S3Server, bucket: string): TestedServer {
  return { endpoint, storeOf: (options) => new S3Store({ bucket, region, credentials, ...options }) };
}

export async function runCampaign(
  { endpoint, conflict, storeOf, testedOf = storeOf }: TestedServer,
  count: number,
  seed: number,
): Promise<Report> {
  const random = randomOf(seed);
  const dealWriteFault = deckOf(random, writeFaults);
  const dealReadFault = deckOf(random, readFaults);
  const dealOther = deckOf(random, others);
  const writes = new Map<string, Write>();
  const blind = new Set<string>();
  const faults: Record<string, number> = {};
  const proxy = await startFaultProxy(
    endpoint,
    lateMs,
    ({ method, headers, body }) => {
      const isWrite = method === "PUT";
      const write = isWrite ? writes.get(body.toString()) : undefined;
      if (isWrite && write === undefined) throw new Error(`No store has written ${body}`);
      if (!write && blind.has(String(headers[workerHeader]))) return { fault: "500" };
      const fault = write ? dealWriteFault() : dealReadFault();
      faults[fault] = (faults[fault] ?? 0) + 1;
      write?.faults.push(fault);
      const other = write ? dealOther() : "none";
      if (other === "none" || !write) return { fault };
      faults[`other ${other}`] = (faults[`other ${other}`] ?? 0) + 1;
      return { fault, meanwhile: () => interfere(write, other) };
    },
    conflict,
  );
  const retry = { maxRetries: attempts - 1, delayMs: 5, maxElapsedMs: 60_000 };
  const bystander = storeOf({ endpoint: proxy.honest, retry });

  /** The other writer reads the key first, and ignores that its own write is refused. */
  const interfere = async (write: Write, other: OtherWriter): Promise<void> => {
    const { key } = write;
    const id = `other ${key} ${random()}`;
    const ignore = (error: unknown): void => {
      if (!isEdgewaterError(error, "NotFound", "PreconditionFailed", "AlreadyExists", "Unavailable")) throw error;
    };
    if (other === "deletes") {
      await bystander.delete(key);
    } else if (other === "overwrites") {
      await bystander.put(key, id);
    } else {
      const meta = await bystander.head(key).catch(ignore);
      await bystander.put(key, id, { mode: meta ? { ifMatch: meta.etag ?? "" } : "create" }).catch(ignore);
    }
  };

  const perform = async (store: Store, write: Write): Promise<void> => {
    writes.set(write.id, write);
    const start = Date.now();
    write.start = start;
    try {
      write.result = await store.put(write.key, write.id, { mode: write.mode });
    } catch (error) {
      if (!isEdgewaterError(error)) throw error;
      write.result = { code: error.code, outcome: error.outcome };
    }
    // Only after a while is the age of an object enough to show that it is older than a write.
    const since = start - 4000;
    const isOther = ({ key, body, at }: Commit): boolean => key === write.key && body.toString() !== write.id && at > since;
    // The expected etag was read a moment before.
    write.others = proxy.commits.filter((commit) => isOther(commit) && (commit.at >= start - 500 || isUnconditional(commit)));
  };

  /** Creates keys of its own, creates keys that other workers create too, and replaces keys that all share. */
  const worker = async (name: number): Promise<void> => {
    const named: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set(workerHeader, String(name));
      return fetch(input, { ...init, headers });
    };
    const store = testedOf({ endpoint: proxy.endpoint, timeoutMs, retry, fetch: named });
    while (writes.size < count) {
      const number = writes.size;
      const id = `write ${seed} ${number} of ${name}`;
      const write = (key: string, mode: PutMode, isBlind = false): Write => ({
        id,
        key: `faults/${seed}/${key}`,
        mode,
        faults: [],
        isBlind,
        others: [],
        start: 0,
      });
      const kind = random();
      if (kind < 0.35) await perform(store, write(`own/${number}`, "create"));
      else if (kind < 0.5) await perform(store, write(`contested/${Math.floor(number / 6)}`, "create"));
      else {
        const key = `shared/${Math.floor(random() * 3)}-${Math.floor(number / 200)}`;
        const etag = await store.head(`faults/${seed}/${key}`).then(
          (meta) => meta.etag,
          () => undefined,
        );
        const each = write(key, etag === undefined ? "create" : { ifMatch: etag }, random() < 0.02);
        if (each.isBlind) blind.add(String(name));
        await perform(store, each);
        blind.delete(String(name));
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: 8 }, (_, index) => worker(index)));
    await proxy.settle();
    return { writes: writes.size, results: tally([...writes.values()]), faults, broken: judge([...writes.values()], proxy.commits) };
  } finally {
    await proxy.close();
  }
}

const writeFaults: Readonly<Record<Exclude<Fault, "truncated" | "long">, number>> = {
  none: 50,
  "commit-500": 8,
  "commit-reset": 8,
  "commit-late": 2,
  late: 2,
  duplicate: 8,
  "500": 5,
  reset: 5,
  "409": 5,
  "503": 1,
};

const readFaults = { none: 80, "500": 6, reset: 6, "commit-reset": 4, "commit-500": 4 } as const;

const others: Readonly<Record<OtherWriter, number>> = { none: 85, replaces: 12, overwrites: 2, deletes: 1 };

function tally(writes: readonly Write[]): Record<string, number> {
  const results: Record<string, number> = {};
  for (const { result } of writes) {
    const name = result === undefined ? "nothing" : "code" in result ? [result.code, result.outcome].filter(Boolean).join(" ") : "written";
    results[name] = (results[name] ?? 0) + 1;
  }
  return results;
}

/** Compares the results of the store with what the server did. */
function judge(writes: readonly Write[], commits: readonly Commit[]): string[] {
  const broken: string[] = [];
  const byId = Map.groupBy(commits, ({ body }) => body.toString());
  for (const write of writes) {
    const { id, key, faults, others, result } = write;
    const all = byId.get(id) ?? [];
    const done = all.filter(({ isCertain }) => isCertain);
    const report = (what: string): void =>
      void broken.push(`${what}: ${id} to ${key}, ${JSON.stringify(write.mode)}, ${faults}, result ${JSON.stringify(result)}`);
    const during = others.filter(({ at }) => at >= write.start);
    const isDeleted = during.some(({ method }) => method === "DELETE");
    // Documented: a delete leaves no trace, nor does the first of two deliveries when other writes hide it.
    const isHidden = isDeleted || (faults.includes("duplicate") && (during.some(isUnconditional) || during.length > maxAncestors));
    if (done.length > 1 && !isDeleted) report("written twice");
    if (result === undefined) report("no answer");
    else if (!("code" in result)) {
      if (all.length === 0) report("lost");
      else if (!all.some(({ etag }) => etag === result.etag)) report(`another etag than ${all[0]?.etag}`);
    } else if (result.outcome === "unknown") {
      if (isDecidable(write)) report("unknown without a reason");
    } else if (done.length > 0 && !isHidden) report("a false verdict");
    else if (result.code !== "AlreadyExists" && result.code !== "PreconditionFailed" && result.code !== "Unavailable")
      report("another error");
  }
  // Every object is replaced under a condition at most once, unless it was written twice: the server may fail after an
  // overwrite has happened, which is then sent again, and a creation that is delivered twice may find the first object deleted.
  // The loop above has checked which writes may happen twice.
  const times = Map.groupBy(
    commits.filter((commit) => commit.isCertain || isUnconditional(commit)),
    ({ key, etag }) => `${key} ${bare(etag)}`,
  );
  const replaced = Map.groupBy(
    commits.filter(({ headers, isCertain }) => expectedIn(headers) !== undefined && isCertain),
    ({ key, headers }) => `${key} ${bare(String(expectedIn(headers)))}`,
  );
  for (const [what, all] of replaced) {
    const made = (times.get(what) ?? []).map(({ body, at }) => `${body} at ${at}`);
    if (all.length > 1 && made.length < 2)
      broken.push(`replaced twice: ${what}, made by ${made}, by ${all.map(({ body, at }) => `${body} at ${at}`)}`);
  }
  return broken;
}

/** Returns whether the objects on the server show whether a write happened. */
function isDecidable({ isBlind, faults, others }: Write): boolean {
  // A request that is under way when the store gives up may still arrive.
  const mayFollow = faults.some((fault) => fault === "late" || fault === "commit-late" || fault === "reset" || fault === "commit-reset");
  const isUnreadable = isBlind || others.length > maxAncestors || others.some(isUnconditional);
  return !isUnreadable && !(mayFollow && faults.length >= attempts);
}

function isUnconditional({ headers }: Commit): boolean {
  return expectedIn(headers) === undefined && headers["if-none-match"] === undefined && headers[generation] === undefined;
}

const generation = "x-goog-if-generation-match";

/** An etag without quotes: some servers take it with them, some without. */
function bare(etag: string): string {
  return etag.replaceAll('"', "");
}

/** The etag that a write expects; Google uses 0 for no object. */
function expectedIn(headers: Commit["headers"]): unknown {
  return headers["if-match"] ?? (headers[generation] === "0" ? undefined : headers[generation]);
}
