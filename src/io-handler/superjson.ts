import type { Get, Named, Put } from "../object-store/types.ts";
import { aString, checkOptions, type OptionKinds } from "../options.ts";
import { type SuperJSONOptions, superjsonKinds } from "../serializer/superjson/options.ts";
import { superjsonSerializer } from "../serializer/superjson/serializer.ts";
import type { InputContext } from "./contexts.ts";
import { aStore, handlerName } from "./handler.ts";
import { aHistory, type HistoryOptions } from "./history.ts";
import { SerializedIOHandler } from "./serialized.ts";

/** Options of {@link SuperJsonIOHandler}. */
export interface SuperJsonIOHandlerOptions extends SuperJSONOptions {
  /** The store of the values. Only `put` and `get` are needed. */
  readonly store: Named & Put & Get;
  /** The prefix of every key, such as `v1`. */
  readonly prefix?: string;
  /** Whether every version of a value is kept, so that it can be loaded and brought back; false unless given. */
  readonly history?: boolean | HistoryOptions;
}

const kinds: OptionKinds<SuperJsonIOHandlerOptions> = { store: aStore, prefix: aString, history: aHistory, ...superjsonKinds };

/**
 * Writes values as superjson objects to a store: `<prefix>/<asset>.superjson`, or for a partition
 * `<prefix>/<asset>/<partition>/data.superjson`; with `history`, every version under a name of its own. A value that superjson
 * would change is refused, and nothing is written.
 *
 * Adds the metadata `path` (the full key), `serializer`, `size_bytes` and `write_duration_s`. The digest of the bytes is the
 * data version, unless the asset gives another.
 *
 * @example
 * ```ts
 * const io = new SuperJsonIOHandler({ store: new MemoryStore(), prefix: "v1" });
 * ```
 */
export class SuperJsonIOHandler extends SerializedIOHandler {
  /** @throws `InvalidPath` for an invalid prefix, `SettingsError` for any other invalid option */
  constructor(given: SuperJsonIOHandlerOptions) {
    checkOptions("SuperJsonIOHandler", given, kinds);
    const { store, prefix = "", history = false, ...options } = given;
    super({ store, prefix, history, serializer: superjsonSerializer(options) });
  }

  override identity(context: InputContext): unknown {
    return { ...(super.identity(context) as object), handler: handlerName(this, SuperJsonIOHandler, "SuperJsonIOHandler") };
  }
}
