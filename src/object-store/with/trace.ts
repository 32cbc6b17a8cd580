import { type ErrorCode, isEdgewaterError } from "../../errors.ts";
import { aFunction, checkValue, required } from "../../options.ts";
import { printable } from "../call.ts";
import { onLeftOut, reportLeftOut } from "../page.ts";
import type { Named, StreamBody } from "../types.ts";
import { observedObject, observedStream } from "./observe.ts";
import { type AnyVerbs, checkStore, type Wrapped, wrap } from "./wrap.ts";

/** A call that starts. It contains names only: no body, no metadata, no secret. */
export interface TracedCall {
  /** The name of the store. */
  readonly store: string;
  /** The method that is called; `read` for reading the body that a `get` opened. */
  readonly verb: keyof AnyVerbs | "read";
  /** The key; the prefix of a list, the target of a copy, the first key of a delete. */
  readonly key: string;
  /** Number of keys of a delete. */
  readonly keys?: number;
}

/** How a call ended. */
export interface TracedResult {
  /** Milliseconds since the call started; of a list, until its last entry was taken. */
  readonly durationMs: number;
  /** Bytes that were written or read. Absent for calls that transfer none. */
  readonly bytes?: number;
  /** Number of entries of a list. */
  readonly entries?: number;
  /** Number of names that a list left out, because they are not keys: `get`, `head` and `delete` would refuse them. */
  readonly leftOut?: number;
  /** What a person should know although the call succeeded: that a list left names out, with the first of them. */
  readonly warning?: string;
  /** The code of the error; `unknown` if it is not an EdgewaterError. Absent if the call succeeded. */
  readonly error?: ErrorCode | "unknown";
}

/** Called when a call starts; may return a function that is called when it ends. What they throw is ignored. */
// biome-ignore lint/suspicious/noConfusingVoidType: a trace of starts only may be a function that returns nothing
export type Trace = (call: TracedCall) => ((result: TracedResult) => void) | undefined | void;

/**
 * Reports every call of a store: method, key, duration, number of bytes, and the code of the error.
 *
 * @example
 * ```ts
 * import { withTrace } from "edgewater/with";
 *
 * const store = withTrace(new LocalStore("data"), ({ verb, key }) => {
 *   const span = tracer.startSpan(`store.${verb}`, { attributes: { key } }); // OpenTelemetry's, for one
 *   return ({ bytes, error }) => {
 *     span.setAttributes({ bytes, error });
 *     span.end();
 *   };
 * });
 * ```
 */
export function withTrace<Store extends Named>(store: Store, trace: Trace): Wrapped<Store> {
  checkStore("withTrace", store);
  checkValue("withTrace", "trace", trace, required(aFunction));
  return wrap(store, (inner) => traced(inner, (call) => begin(trace, { store: store.name, ...call })));
}

/** Reports the end of a call. */
type End = (result: Omit<TracedResult, "durationMs" | "error">, failure?: { readonly error: unknown }) => void;

function begin(trace: Trace, call: TracedCall): End {
  const start = performance.now();
  const end = quietly(() => trace(call));
  return (result, failure) => {
    if (!end) return;
    const { error } = failure ?? {};
    const code = isEdgewaterError(error) ? error.code : "unknown";
    quietly(() => end({ durationMs: performance.now() - start, ...result, ...(failure ? { error: code } : {}) }));
  };
}

function quietly<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function traced(inner: AnyVerbs, start: (call: Omit<TracedCall, "store">) => End): AnyVerbs {
  const run = async <Value>(call: Omit<TracedCall, "store">, work: () => Promise<Value>, bytesOf?: () => number): Promise<Value> => {
    const end = start(call);
    const result = (): { bytes?: number } => (bytesOf === undefined ? {} : { bytes: bytesOf() });
    try {
      const value = await work();
      end(result());
      return value;
    } catch (error) {
      end(result(), { error });
      throw error;
    }
  };
  return {
    put: (key, body, options) => {
      const counted = countedBody(body);
      return run({ verb: "put", key }, () => inner.put(key, counted.body, options), counted.bytes);
    },
    get: async (key, options) => {
      const opened = await run({ verb: "get", key }, () => inner.get(key, options));
      let end: End | undefined;
      let bytes = 0;
      return observedObject(opened, opened.meta, {
        onStart: () => {
          end = start({ verb: "read", key });
        },
        onChunk: ({ byteLength }) => {
          bytes += byteLength;
        },
        onEnd: (error) => end?.({ bytes }, error === undefined ? undefined : { error }),
      });
    },
    head: (key, options) => run({ verb: "head", key }, () => inner.head(key, options)),
    delete: (keys, options) => {
      const all = [keys].flat();
      return run({ verb: "delete", key: all[0] ?? "", keys: all.length }, () => inner.delete(keys, options));
    },
    list: async function* (prefix = "", options = {}) {
      const end = start({ verb: "list", key: prefix });
      let entries = 0;
      let leftOut = 0;
      let warning: string | undefined;
      const onLeft = (name: string): void => {
        leftOut++;
        warning ??= `left out names that are not keys, such as ${printable(JSON.stringify(name))}`;
        reportLeftOut(options, name);
      };
      let failure: { readonly error: unknown } | undefined;
      try {
        const watched: typeof options = { ...options, ...{ [onLeftOut]: onLeft } };
        for await (const entry of inner.list(prefix, watched)) {
          entries++;
          yield entry;
        }
      } catch (error) {
        failure = { error };
        throw error;
      } finally {
        end({ entries, ...(warning === undefined ? {} : { leftOut, warning }) }, failure);
      }
    },
    copy: (from, to, options) => run({ verb: "copy", key: to }, () => inner.copy(from, to, options)),
    signedUrl: (key, options) => run({ verb: "signedUrl", key }, () => inner.signedUrl(key, options)),
  };
}

/** A body, and the number of its bytes that were taken so far. */
function countedBody(body: StreamBody): { readonly body: StreamBody; readonly bytes: () => number } {
  if (typeof body === "string") return { body, bytes: () => new TextEncoder().encode(body).byteLength };
  if (body instanceof Blob) return { body, bytes: () => body.size };
  if (!(body instanceof ReadableStream)) return { body, bytes: () => body?.byteLength ?? 0 };
  let taken = 0;
  const onChunk = (chunk: Uint8Array): void => {
    taken += chunk?.byteLength ?? 0;
  };
  return { body: observedStream(body, { onChunk }), bytes: () => taken };
}
