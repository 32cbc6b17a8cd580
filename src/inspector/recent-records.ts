import { type Records, readRecords } from "./records.ts";
import type { Subject } from "./subject.ts";

/** For how long what was read counts as recent, in milliseconds. */
const recentMs = 300;

/** Reads the records for calls that come right after each other, such as those of a list that is scrolled: once for all of them. */
export class RecentRecords {
  readonly #subject: Subject;
  #known: { readonly at: number; readonly records: Promise<Records> } | undefined;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** What is not older than a moment, and includes all events of an asset. */
  async read(asset: string): Promise<Records> {
    const known = this.#known;
    if (known !== undefined && performance.now() - known.at < recentMs && (await this.#includes(await known.records, asset)))
      return known.records;
    const records = readRecords(this.#subject);
    this.#known = { at: performance.now(), records };
    records.catch(() => {
      this.#known = undefined;
    });
    return records;
  }

  async #includes({ byName }: Records, assetKey: string): Promise<boolean> {
    const [now] = await this.#subject.storage.getLatestRecords([{ assetKey }]);
    const then = byName.get(assetKey)?.latest;
    return then?.lastEventId === now?.lastEventId && then?.lastFailureId === now?.lastFailureId;
  }
}
