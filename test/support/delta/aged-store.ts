import { MemoryStore } from "../../../src/object-store/memory/store.ts";
import type { DelimitedListOptions, ObjectMeta, PagedListOptions } from "../../../src/object-store/types.ts";

/** A store in memory whose objects have the ages that a test gives them. */
export class AgedStore extends MemoryStore {
  /** When objects were written, in milliseconds since 1970-01-01T00:00:00Z, by the end of their keys. The others have no time. */
  readonly times = new Map<string, number>();

  override list(prefix?: string, options?: PagedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  override list(prefix: string | undefined, options: DelimitedListOptions): AsyncGenerator<ObjectMeta, void, void>;
  override async *list(prefix?: string, options?: PagedListOptions | DelimitedListOptions): AsyncGenerator<ObjectMeta, void, void> {
    for await (const meta of super.list(prefix, options as PagedListOptions)) {
      const time = this.times.get(meta.key.slice(meta.key.lastIndexOf("/") + 1));
      yield { ...meta, lastModified: time === undefined ? undefined : new Date(time) };
    }
  }
}
