import { compareUtf8 } from "../../encoding/utf8.ts";
import { isEdgewaterError } from "../../errors.ts";
import { checkRetryPolicy, type RetryPolicy, retrying, type WaitForRetry } from "../../retry.ts";
import { decodeText } from "../body.ts";
import type { CommonPrefix, FullObjectMeta, GetResult, Named, ObjectMeta } from "../types.ts";
import { observedStream } from "./observe.ts";
import { type AnyListOptions, type AnyVerbs, checkStore, type Wrapped, wrap } from "./wrap.ts";

/** Options with a signal that ends the wait. */
interface Cancellable {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Retries the calls of a store that fail with `Unavailable`, as the policy allows. Stores that talk to a server retry
 * themselves; this is for the others.
 *
 * - A conditional write that fails with `outcome: "unknown"` is not retried, because it may have been done. A write of a
 *   stream is not retried after the stream was read from.
 * - A list continues after the last entry that it returned.
 * - If a body fails while it is read, `bytes` and `text` read it again, provided that the object still has the same etag.
 *   A stream ends with the error.
 *
 * @throws `SettingsError` for a wrong policy
 *
 * @example
 * ```ts
 * import { withRetry } from "edgewater/with";
 *
 * const store = withRetry(new UnstorageStore(driver), { maxRetries: 2, maxElapsedMs: 10_000 });
 * ```
 */
export function withRetry<Store extends Named>(store: Store, policy: RetryPolicy = {}): Wrapped<Store> {
  checkStore("withRetry", store);
  checkRetryPolicy(policy, `withRetry(${store.name})`, "SettingsError");
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
        if (!isTransient(error) || !mayRepeat() || !(await waitForRetry(error))) throw error;
      }
    }
  };
  return {
    put: (key, body, options) => {
      if (!(body instanceof ReadableStream)) return run(key, options, () => inner.put(key, body, options));
      let isStarted = false;
      const onStart = (): void => {
        isStarted = true;
      };
      const put = () => inner.put(key, observedStream(body, { onStart }), options);
      return run(key, options, put, () => !isStarted);
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

/** Returns whether a call that failed like this has done nothing and may succeed later. */
function isTransient(error: unknown): boolean {
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
        if (meta.etag === undefined || !isTransient(error) || !(await waitForRetry(error))) throw error;
        const reopened = await reopen().catch((failure: unknown) => {
          if (isTransient(failure)) return body;
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
  let count = 0;
  while (true) {
    const limit = typeof options.limit === "number" ? { limit: options.limit - count } : {};
    const rest = last === undefined ? options : { ...options, ...limit, startAfter: last };
    try {
      for await (const entry of inner.list(prefix, rest)) {
        const name = "prefix" in entry ? entry.prefix : entry.key;
        // A store without pagination lists everything again.
        if (last !== undefined && compareUtf8(name, last) <= 0) continue;
        last = name;
        count++;
        yield entry;
      }
      return;
    } catch (error) {
      if (!isTransient(error) || !(await waitForRetry(error))) throw error;
    }
  }
}
