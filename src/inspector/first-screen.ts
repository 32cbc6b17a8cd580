import { Feed } from "./feed.ts";
import type { Snapshot } from "./inspection.ts";
import { type KnownRows, type Title, takeSnapshot } from "./snapshot.ts";
import type { Subject } from "./subject.ts";

/** The first screen and what changes on it. The records tell all of it: no store is asked, and no repository is needed. */
export class FirstScreen {
  /** What changes. */
  readonly feed: Feed;
  readonly #subject: Subject;
  readonly #title: Title;
  #known: KnownRows | undefined;

  constructor(subject: Subject, title: Title) {
    this.#subject = subject;
    this.#title = title;
    this.feed = new Feed(subject, () => this.#known);
  }

  async snapshot(): Promise<Snapshot> {
    const snapshot = await takeSnapshot(this.#subject, this.#title);
    this.#known = { cursor: snapshot.cursor, rows: snapshot.nodes };
    return snapshot;
  }
}
