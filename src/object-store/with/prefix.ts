import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { checkKey, checkPrefix } from "../path.ts";
import type { Named, ObjectMeta } from "../types.ts";
import { observedObject } from "./observe.ts";
import { type AnyListOptions, type AnyVerbs, checkStore, type Wrapped, wrap } from "./wrap.ts";

/**
 * Restricts a store to the keys below a prefix. The keys of calls, results and errors are relative to the prefix, and no
 * other key can be reached.
 *
 * @throws `InvalidPath` for an invalid prefix
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
  checkStore("withPrefix", store);
  const start = checkPrefix(store.name, prefix);
  const name = start === "" ? store.name : `${store.name}/${start.slice(0, -1)}`;
  return wrap(store, (inner) => ({ name, ...prefixed(inner, { name, start, outer: store.name }) }));
}

interface Scope {
  /** The name of the restricted store. */
  readonly name: string;
  /** The prefix: empty, or ends with a slash. */
  readonly start: string;
  /** The name of the whole store. */
  readonly outer: string;
}

function prefixed(inner: AnyVerbs, scope: Scope): AnyVerbs {
  const { name, start } = scope;
  const full = (key: string): string => {
    checkKey(name, key);
    return start + key;
  };
  const toError = (error: unknown): unknown => relativeError(error, scope);
  const run = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    try {
      return await work();
    } catch (error) {
      throw toError(error);
    }
  };
  const relative = <Meta extends ObjectMeta>(meta: Meta): Meta => ({ ...meta, key: meta.key.slice(start.length) });
  return {
    put: (key, ...rest) => run(() => inner.put(full(key), ...rest)),
    get: (key, options) =>
      run(async () => {
        const opened = await inner.get(full(key), options);
        return observedObject(opened, relative(opened.meta), { toError });
      }),
    head: (key, options) => run(async () => relative(await inner.head(full(key), options))),
    delete: (keys, options) => run(() => inner.delete(typeof keys === "string" ? full(keys) : keys.map(full), options)),
    list: async function* (prefix = "", options: AnyListOptions = {}) {
      const within = start + checkPrefix(name, prefix);
      const page = options.startAfter === undefined ? options : { ...options, startAfter: start + options.startAfter };
      try {
        for await (const entry of inner.list(within.slice(0, -1), page)) {
          yield "prefix" in entry ? { prefix: entry.prefix.slice(start.length) } : relative(entry);
        }
      } catch (error) {
        throw toError(error);
      }
    },
    copy: (from, to, options) => run(() => inner.copy(full(from), full(to), options)),
    signedUrl: (key, options) => run(() => inner.signedUrl(full(key), options)),
  };
}

/** The same error with the name of the restricted store and the relative key. */
function relativeError(error: unknown, { name, start, outer }: Scope): unknown {
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
