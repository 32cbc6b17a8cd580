import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { checkKey, checkPrefix } from "../path.ts";
import type { Named, ObjectMeta } from "../types.ts";
import { watchedObject } from "./body.ts";
import { type AnyListOptions, type AnyVerbs, type Wrapped, wrap } from "./wrapped.ts";

/**
 * The part of a store below a prefix, as a store of its own: its keys, and those that its objects, lists and errors
 * tell, go on from there. Nothing outside can be reached through it.
 *
 * @throws `InvalidPath` when the prefix is none
 *
 * @example
 * ```ts
 * import { withPrefix } from "edgewater/with";
 *
 * const store = withPrefix(new S3Store({ bucket, region, credentials }), "tenants/7");
 * await store.put("report.json", "{}"); // tenants/7/report.json
 * ```
 */
export function withPrefix<Store extends Named>(store: Store, prefix: string): Wrapped<Store> {
  const start = checkPrefix(store.name, prefix);
  const name = start === "" ? store.name : `${store.name}/${start.slice(0, -1)}`;
  return wrap(store, (inner) => ({ name, ...below(inner, { name, start, outer: store.name }) }));
}

interface Place {
  readonly name: string;
  /** What every key begins with: empty, or ending with a slash. */
  readonly start: string;
  /** The name of the whole store. */
  readonly outer: string;
}

function below(inner: AnyVerbs, place: Place): AnyVerbs {
  const { name, start } = place;
  const full = (key: string): string => {
    checkKey(name, key);
    return start + key;
  };
  const toError = (error: unknown): unknown => shortened(error, place);
  const run = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    try {
      return await work();
    } catch (error) {
      throw toError(error);
    }
  };
  const bare = <Meta extends ObjectMeta>(meta: Meta): Meta => ({ ...meta, key: meta.key.slice(start.length) });
  return {
    put: (key, ...rest) => run(() => inner.put(full(key), ...rest)),
    get: (key, options) =>
      run(async () => {
        const opened = await inner.get(full(key), options);
        return watchedObject(opened, bare(opened.meta), { toError });
      }),
    head: (key, options) => run(async () => bare(await inner.head(full(key), options))),
    delete: (keys, options) => run(() => inner.delete(typeof keys === "string" ? full(keys) : keys.map(full), options)),
    list: async function* (prefix = "", options: AnyListOptions = {}) {
      const within = start + checkPrefix(name, prefix);
      const place = options.startAfter === undefined ? options : { ...options, startAfter: start + options.startAfter };
      try {
        for await (const entry of inner.list(within.slice(0, -1), place)) {
          yield "prefix" in entry ? { prefix: entry.prefix.slice(start.length) } : bare(entry);
        }
      } catch (error) {
        throw toError(error);
      }
    },
    copy: (from, to, options) => run(() => inner.copy(full(from), full(to), options)),
    signedUrl: (key, options) => run(() => inner.signedUrl(full(key), options)),
  };
}

/** The same error, as it looks from below the prefix. */
function shortened(error: unknown, { name, start, outer }: Place): unknown {
  if (!isEdgewaterError(error) || error.store !== outer) return error;
  const { code, message, key, cause } = error;
  const quoted = JSON.stringify(start).slice(0, -1);
  return new EdgewaterError(code, message.replaceAll(quoted, '"').replaceAll(outer, name), {
    ...error,
    store: name,
    key: key?.startsWith(start) ? key.slice(start.length) : key,
    cause,
  });
}
