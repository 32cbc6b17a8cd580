import { currentHolder } from "#holder";
import { isEdgewaterError, thrownText } from "../../errors.ts";
import type { Log } from "../../io-handler/contexts.ts";
import { backfillKey } from "../../storage/backfill-record.ts";
import type { Batch, LeaseChange, Storage } from "../../storage/types.ts";
import type { StoredBackfill } from "./report.ts";

/**
 * The sign of life of one process that drives a backfill: a lease beside those of other processes that drive the same one. It
 * shows that somebody goes on with the backfill, and excludes nobody: the leases of the runs do.
 */
export class DriverLease {
  readonly #storage: Storage;
  readonly #log: Log;
  readonly #change: LeaseChange & { readonly ttlMs: number };
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The renewal that is going on. */
  #beat: Promise<void> | undefined;
  #isOver = false;

  private constructor(storage: Storage, log: Log, change: LeaseChange & { readonly ttlMs: number }) {
    this.#storage = storage;
    this.#log = log;
    this.#change = change;
  }

  /** A lease for a backfill, which the caller takes with a commit of its own. */
  static async of(backfillId: string, storage: Storage, leaseMs: number, log: Log): Promise<DriverLease> {
    const owner = crypto.randomUUID();
    const { name: holder } = await currentHolder();
    return new DriverLease(storage, log, { runId: backfillId, step: owner, owner, attempt: 1, ttlMs: leaseMs, holder });
  }

  /** The id of the backfill. */
  get backfillId(): string {
    return this.#change.runId;
  }

  /** What takes or renews the lease. */
  get renewal(): Pick<Batch, "leases"> {
    return { leases: [this.#change] };
  }

  /** Renews the lease by a timer, as long as the backfill stays as it is. */
  keep(backfill: StoredBackfill): void {
    const beat = async (): Promise<void> => {
      const isUnchanged = { kv: backfillKey(backfill.record.backfillId), is: backfill.bytes };
      try {
        await this.#storage.commit({ preconditions: [isUnchanged], ...this.renewal });
      } catch (error) {
        if (isEdgewaterError(error, "PreconditionFailed")) return;
        this.#log.warn(`Cannot renew the lease of the backfill ${backfill.record.backfillId}`, thrownText(error));
      }
      if (!this.#isOver) this.keep(backfill);
    };
    const start = (): void => {
      this.#beat = beat();
    };
    this.#timer = setTimeout(start, Math.min(this.#change.ttlMs / 4, 2 ** 31 - 1));
    // In Node a timer keeps the process running; a backfill that waits for something else does not need it.
    (this.#timer as { readonly unref?: () => void }).unref?.();
  }

  /** Ends the lease. Does not reject: it would expire anyway. */
  async end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    // A renewal that lands later would take the lease again.
    await this.#beat;
    const { runId, step } = this.#change;
    try {
      await this.#storage.commit({ leases: [{ runId, step, owner: undefined }] });
    } catch (error) {
      this.#log.warn(`Cannot end the lease of the backfill ${runId}`, thrownText(error));
    }
  }
}
