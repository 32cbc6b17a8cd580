import { compareUtf8 } from "../../encoding/utf8.ts";
import { isEdgewaterError } from "../../errors.ts";
import { type RetryPolicy, retrying, type WaitForRetry } from "../../retry.ts";
import { decodeText } from "../body.ts";
import type { CommonPrefix, FullObjectMeta, GetResult, Named, ObjectMeta } from "../types.ts";
import { watchedStream } from "./body.ts";
import { type AnyListOptions, type AnyVerbs, type Wrapped, wrap } from "./wrapped.ts";

/** What can be given up while it waits. */
interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A store whose calls are tried again when they end with `Unavailable`, as the policy allows. Stores that talk to a
 * server do so themselves; this is for those that do not.
 *
 * - A conditional write with `outcome: "unknown"` is not tried again: it may have happened. Nor is a write of a stream
 *   that has begun to be read, which can be done only once.
 * - A list goes on after the last entry that it gave.
 * - A body that breaks off is read again by `bytes` and `text`, when the object still has the same etag; a stream ends
 *   with the error.
 *
 * @example
 * ```ts
 * import { withRetry } from "edgewater/with";
 *
 * const store = withRetry(new UnstorageStore(driver), { maxRetries: 2, maxElapsedMs: 10_000 });
 * ```
 */
export function withRetry<Store extends Named>(store: Store, policy: RetryPolicy = {}): Wrapped<Store> {
  return wrap(store, (inner) => retried(inner, store.name, policy));
}

function retried(inner: AnyVerbs, store: string, policy: RetryPolicy): AnyVerbs {
  const run = async <Value>(
    key: string,
    { signal }: Cancellable = {},
    work: () => Promise<Value>,
    mayRepeat: () => boolean = () => true,
  ): Promise<Value> => {
    const waitForRetry = retrying(policy, { store, key, signal });
    while (true) {
      try {
        return await work();
      } catch (error) {
        if (!mayPass(error) || !mayRepeat() || !(await waitForRetry(error))) throw error;
      }
    }
  };
  return {
    put: (key, body, options) => {
      if (!(body instanceof ReadableStream)) return run(key, options, () => inner.put(key, body, options));
      let isBegun = false;
      const onStart = (): void => {
        isBegun = true;
      };
      const put = () => inner.put(key, watchedStream(body, { onStart }), options);
      return run(key, options, put, () => !isBegun);
    },
    get: async (key, options) => {
      const opened = await run(key, options, () => inner.get(key, options));
      return rereadable(opened, retrying(policy, { store, key, signal: options?.signal }), () => inner.get(key, options));
    },
    head: (key, options) => run(key, options, () => inner.head(key, options)),
    delete: (keys, options) => run([keys].flat().join(", "), options, () => inner.delete(keys, options)),
    list: (prefix, options) => resumed(inner, prefix, options, retrying(policy, { store, key: prefix, signal: options?.signal })),
    copy: (from, to, options) => run(to, options, () => inner.copy(from, to, options)),
    signedUrl: (key, options) => run(key, options, () => inner.signedUrl(key, options)),
  };
}

/** Whether a call that ended like this may succeed later, and did nothing before. */
function mayPass(error: unknown): boolean {
  return isEdgewaterError(error, "Unavailable") && error.outcome !== "unknown";
}

function rereadable(
  opened: GetResult<FullObjectMeta>,
  waitForRetry: WaitForRetry,
  reopen: () => ReturnType<AnyVerbs["get"]>,
): GetResult<FullObjectMeta> {
  const { meta } = opened;
  const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
    for (let body = opened; ; ) {
      try {
        return await body.bytes();
      } catch (error) {
        if (meta.etag === undefined || !mayPass(error) || !(await waitForRetry(error))) throw error;
        const reopened = await reopen().catch((failure: unknown) => {
          if (mayPass(failure)) return body;
          throw failure;
        });
        if (reopened.meta.etag !== meta.etag) throw error;
        body = reopened;
      }
    }
  };
  return { meta, bytes, text: async () => decodeText(await bytes()), stream: () => opened.stream() };
}

async function* resumed(
  inner: AnyVerbs,
  prefix: string | undefined,
  options: AnyListOptions = {},
  waitForRetry: WaitForRetry,
): AsyncGenerator<ObjectMeta | CommonPrefix, void, void> {
  let last: string | undefined;
  let given = 0;
  while (true) {
    const limit = options.limit === undefined ? {} : { limit: options.limit - given };
    const rest = last === undefined ? options : { ...options, ...limit, startAfter: last };
    try {
      for await (const entry of inner.list(prefix, rest)) {
        const name = "prefix" in entry ? entry.prefix : entry.key;
        // A store that lists everything gives again what it gave before.
        if (last !== undefined && compareUtf8(name, last) <= 0) continue;
        last = name;
        given++;
        yield entry;
      }
      return;
    } catch (error) {
      if (!mayPass(error) || !(await waitForRetry(error))) throw error;
    }
  }
}
