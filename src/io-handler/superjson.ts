import type { Get, Named, Put } from "../object-store/types.ts";
import { superjsonSerializer } from "../serializer/superjson.ts";
import { SerializedIOHandler } from "./serialized.ts";

export interface SuperJsonIOHandlerOptions {
  /** Where the values lie. Only putting and getting are needed. */
  readonly store: Named & Put & Get;
  /** What every key starts with, such as `v1`. */
  readonly prefix?: string;
}

/**
 * Writes values as superjson objects into a store: `<prefix>/<asset>.superjson`, and of a partition
 * `<prefix>/<asset>/<partition>/data.superjson`. What superjson would change silently is refused before anything is
 * written.
 *
 * Adds the metadata `path` (the full key), `serializer`, `size_bytes` and `write_duration_s`, and names the content by
 * the digest of its bytes.
 *
 * @example
 * ```ts
 * const io = new SuperJsonIOHandler({ store: new MemoryStore(), prefix: "v1" });
 * ```
 */
export class SuperJsonIOHandler extends SerializedIOHandler {
  /** @throws `InvalidPath` when the prefix is none */
  constructor({ store, prefix = "" }: SuperJsonIOHandlerOptions) {
    super({ store, prefix, serializer: superjsonSerializer() });
  }
}
