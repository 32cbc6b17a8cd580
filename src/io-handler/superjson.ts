import { EdgewaterError } from "../errors.ts";
import type { Get, Named, Put } from "../object-store/types.ts";
import type { SuperJSONOptions } from "../serializer/superjson/options.ts";
import type { Serializer } from "../serializer/types.ts";
import { SerializedIOHandler } from "./serialized.ts";

export interface SuperJsonIOHandlerOptions extends SuperJSONOptions {
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
 * The serializer is loaded with the first value, so that a page that only opens a repository does not wait for it.
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
  constructor({ store, prefix = "", ...options }: SuperJsonIOHandlerOptions) {
    super({ store, prefix, serializer: onFirstUse(options) });
  }
}

function onFirstUse(options: SuperJSONOptions): Serializer {
  let loading: Promise<Serializer> | undefined;
  const load = (): Promise<Serializer> => {
    loading ??= import("../serializer/superjson/serializer.ts").then(
      ({ superjsonSerializer }) => superjsonSerializer(options),
      (cause: unknown) => {
        loading = undefined;
        throw new EdgewaterError("Unavailable", "The superjson serializer could not be loaded; try again", { cause });
      },
    );
    return loading;
  };
  return {
    name: "superjson",
    contentType: "application/json",
    extension: "superjson",
    encode: async (value) => (await load()).encode(value),
    decode: async (bytes) => (await load()).decode(bytes),
  };
}
