/** The Jobs of one run: one list and one watch for all steps that wait. */
import { isEdgewaterError, orAborted } from "../../errors.ts";
import { sleep } from "../../retry.ts";
import type { Api } from "./api.ts";
import { endOf, type Job, type JobEnd } from "./resources.ts";

/** The time after which the server ends a watch, and the Jobs are looked at again, in seconds. */
const watchSeconds = 120;
/** What a connection may be silent beyond that time, in milliseconds: it is cut then. */
const graceMs = 15_000;
/** The least time between two looks at the Jobs, in milliseconds. */
const shortestRoundMs = 1000;

interface Waiter {
  readonly resolve: (end: JobEnd) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Tells when Jobs have ended. Every round begins with a list, so that nothing is missed that happened between two watches or while the
 * server was away, and a version that is too old does not matter.
 */
export class JobWatch {
  readonly #api: Api;
  readonly #selector: string;
  /** By the uids of the Jobs: a name may be that of an earlier Job. */
  readonly #waiters = new Map<string, Waiter>();
  /** The Jobs of this round that have ended while nothing waited for them. */
  readonly #ended = new Map<string, JobEnd>();
  #stop = new AbortController();
  #isRunning = false;

  constructor(api: Api, selector: string) {
    this.#api = api;
    this.#selector = selector;
  }

  /** Resolves when a Job has ended or is gone. @throws what the list of the Jobs fails with */
  async ended({ metadata: { uid } }: Job, signal: AbortSignal): Promise<JobEnd> {
    const known = this.#ended.get(uid);
    if (known !== undefined) return known;
    try {
      const end = new Promise<JobEnd>((resolve, reject) => this.#waiters.set(uid, { resolve, reject }));
      if (!this.#isRunning) this.#run();
      return await orAborted(end, signal);
    } finally {
      this.#waiters.delete(uid);
      if (this.#waiters.size === 0) this.#stop.abort();
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiters.size > 0) {
      const begun = performance.now();
      this.#stop = new AbortController();
      try {
        await this.#round(this.#stop.signal);
        if (this.#waiters.size > 0) await sleep(Math.max(0, shortestRoundMs - (performance.now() - begun)));
      } catch (error) {
        // Nothing waits any more, or a connection was lost: the list of the next round says how the server is.
        if (this.#stop.signal.aborted) continue;
        for (const { reject } of this.#waiters.values()) reject(error);
        break;
      }
    }
    this.#isRunning = false;
    this.#ended.clear();
  }

  async #round(signal: AbortSignal): Promise<void> {
    // A Job that is created after this is not missing in the list.
    const waiting = [...this.#waiters.keys()];
    const { jobs, version } = await this.#api.list(this.#selector, signal);
    const uids = new Set(jobs.map(({ metadata }) => metadata.uid));
    this.#ended.clear();
    for (const job of jobs) this.#see(job, endOf(job));
    for (const uid of waiting) if (!uids.has(uid)) this.#waiters.get(uid)?.resolve({ how: "gone" });
    const limit = AbortSignal.any([signal, AbortSignal.timeout(watchSeconds * 1000 + graceMs)]);
    try {
      for await (const event of this.#api.watch(this.#selector, version, watchSeconds, limit)) {
        if (event.type === "ERROR") return;
        if (event.type === "BOOKMARK") continue;
        const { object } = event;
        this.#see(object, endOf(object) ?? (event.type === "DELETED" ? { how: "gone" } : undefined));
      }
    } catch (error) {
      if (signal.aborted || isEdgewaterError(error, "PermissionDenied", "SettingsError")) throw error;
    }
  }

  #see({ metadata: { uid } }: Job, end: JobEnd | undefined): void {
    if (end === undefined) return;
    this.#ended.set(uid, end);
    this.#waiters.get(uid)?.resolve(end);
  }
}
