/** Drives conditional writes through the fault proxy and holds what the store said against what the server did. */
import { type ConditionalPut, type Delete, type Head, isEdgewaterError, type PutMode } from "edgewater";
import { S3Store } from "edgewater/s3";
import type { TransportOptions } from "../../../src/object-store/client/exchange.ts";
import type { S3Server } from "../../support/servers/ceph.ts";
import { type Commit, type Fault, startFaultProxy } from "../../support/servers/fault-proxy.ts";
import { pick, randomOf } from "./random.ts";

/** Milliseconds that the store waits for an answer, and that what is late takes. */
const timeout = 1000;
const late = 1500;

const attempts = 8;

/** How many predecessors an object names. */
const remembered = 12;

/** Says which worker's store a request is from. */
const workerHeader = "x-worker";

type Store = ConditionalPut & Head;

/** Whoever may write at the same time: under a condition, as this store does, or without one, which hides what was there. */
type Other = "none" | "replaces" | "overwrites" | "deletes";

interface Write {
  readonly id: string;
  readonly key: string;
  readonly mode: PutMode;
  readonly faults: Fault[];
  /** Whether the store cannot look at anything. */
  readonly isBlind: boolean;
  /** What others did to the key while this one was under way, and without a condition shortly before. */
  others: readonly Commit[];
  start: number;
  result?: { readonly etag: string | undefined } | { readonly code: string; readonly outcome: string | undefined };
}

export interface Report {
  readonly writes: number;
  readonly results: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** What must not be. Empty when every promise was kept. */
  readonly broken: readonly string[];
}

/** What is driven through the proxy: stores of one real server. */
export interface Subject {
  readonly endpoint: string;
  /** What the server calls a 409 that asks to come back. */
  readonly conflict?: string;
  readonly storeOf: (options: TransportOptions & { readonly endpoint: string }) => Store & Delete;
  /** The stores of the eight workers, when they are others. */
  readonly testedOf?: (options: TransportOptions & { readonly endpoint: string }) => Store;
}

/** An S3 server, where S3Store is driven. */
export function s3({ endpoint, region, ...credentials }: S3Server, bucket: string): Subject {
  return { endpoint, storeOf: (options) => new S3Store({ bucket, region, credentials, ...options }) };
}

export async function runCampaign(
  { endpoint, conflict, storeOf, testedOf = storeOf }: Subject,
  count: number,
  seed: number,
): Promise<Report> {
  const random = randomOf(seed);
  const writes = new Map<string, Write>();
  const blind = new Set<string>();
  const faults: Record<string, number> = {};
  const proxy = await startFaultProxy(
    endpoint,
    late,
    ({ method, headers, body }) => {
      const isWrite = method === "PUT";
      const write = isWrite ? writes.get(body.toString()) : undefined;
      if (isWrite && write === undefined) throw new Error(`Nobody has written ${body}`);
      if (!write && blind.has(String(headers[workerHeader]))) return { fault: "500" };
      const fault = write ? pick(random, writeFaults) : pick(random, readFaults);
      faults[fault] = (faults[fault] ?? 0) + 1;
      write?.faults.push(fault);
      const other = write ? pick(random, others) : "none";
      if (other === "none" || !write) return { fault };
      faults[`other ${other}`] = (faults[`other ${other}`] ?? 0) + 1;
      return { fault, meanwhile: () => interfere(write, other) };
    },
    conflict,
  );
  const retry = { maxRetries: attempts - 1, delayMs: 5, maxElapsedMs: 60_000 };
  const bystander = storeOf({ endpoint: proxy.honest, retry });

  /** The other writer knows what is there, and lets go when it is too late. */
  const interfere = async (write: Write, other: Other): Promise<void> => {
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
    // An object tells by its age only after a while that it is older than a write.
    const since = start - 4000;
    const isOther = ({ key, body, at }: Commit): boolean => key === write.key && body.toString() !== write.id && at > since;
    // The etag that is expected was seen a moment before.
    write.others = proxy.commits.filter((commit) => isOther(commit) && (commit.at >= start - 500 || isUnconditional(commit)));
  };

  /** Creates keys of its own and keys that others want too, and counts up what all have in common. */
  const worker = async (name: number): Promise<void> => {
    const named: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set(workerHeader, String(name));
      return fetch(input, { ...init, headers });
    };
    const store = testedOf({ endpoint: proxy.endpoint, timeoutMs: timeout, retry, fetch: named });
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
      else if (kind < 0.5) await perform(store, write(`wanted/${Math.floor(number / 6)}`, "create"));
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

const others: Readonly<Record<Other, number>> = { none: 85, replaces: 12, overwrites: 2, deletes: 1 };

function tally(writes: readonly Write[]): Record<string, number> {
  const results: Record<string, number> = {};
  for (const { result } of writes) {
    const name = result === undefined ? "nothing" : "code" in result ? [result.code, result.outcome].filter(Boolean).join(" ") : "written";
    results[name] = (results[name] ?? 0) + 1;
  }
  return results;
}

/** What the store said, against what the server did. */
function judge(writes: readonly Write[], commits: readonly Commit[]): string[] {
  const broken: string[] = [];
  const byId = Map.groupBy(commits, ({ body }) => body.toString());
  for (const write of writes) {
    const { id, key, faults, others, result } = write;
    const all = byId.get(id) ?? [];
    const done = all.filter(({ isCertain }) => isCertain);
    const say = (what: string): void =>
      void broken.push(`${what}: ${id} to ${key}, ${JSON.stringify(write.mode)}, ${faults}, said ${JSON.stringify(result)}`);
    const during = others.filter(({ at }) => at >= write.start);
    const isDeleted = during.some(({ method }) => method === "DELETE");
    // Documented: neither a delete nor the first of two deliveries leaves a trace when nobody else's write does.
    const isUnseen = isDeleted || (faults.includes("duplicate") && (during.some(isUnconditional) || during.length > remembered));
    if (done.length > 1 && !isDeleted) say("written twice");
    if (result === undefined) say("no answer");
    else if (!("code" in result)) {
      if (all.length === 0) say("lost");
      else if (!all.some(({ etag }) => etag === result.etag)) say(`another etag than ${all[0]?.etag}`);
    } else if (result.outcome === "unknown") {
      if (isDecidable(write)) say("in doubt without a reason");
    } else if (done.length > 0 && !isUnseen) say("a false verdict");
    else if (result.code !== "AlreadyExists" && result.code !== "PreconditionFailed" && result.code !== "Unavailable") say("another error");
  }
  // Every object is replaced once at most under a condition, unless it was there twice: the server may fail at an
  // overwriting that has happened, which is then sent again, and a creation that is delivered twice may find the first
  // one deleted. Whether a write may be there twice was asked above.
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

/** Whether what the server holds is enough to tell what became of a write. */
function isDecidable({ isBlind, faults, others }: Write): boolean {
  // What is on its way when the store gives up may still arrive.
  const mayFollow = faults.some((fault) => fault === "late" || fault === "commit-late" || fault === "reset" || fault === "commit-reset");
  const isHidden = isBlind || others.length > remembered || others.some(isUnconditional);
  return !isHidden && !(mayFollow && faults.length >= attempts);
}

function isUnconditional({ headers }: Commit): boolean {
  return expectedIn(headers) === undefined && headers["if-none-match"] === undefined && headers[generation] === undefined;
}

const generation = "x-goog-if-generation-match";

/** Some servers take an etag with its quotes, some without. */
function bare(etag: string): string {
  return etag.replaceAll('"', "");
}

/** What a write expects to replace; Google says 0 for nothing. */
function expectedIn(headers: Commit["headers"]): unknown {
  return headers["if-match"] ?? (headers[generation] === "0" ? undefined : headers[generation]);
}
