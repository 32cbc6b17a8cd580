/** The jobs that tests run in a worker. */
import type { FullObjectStore } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
import { OPFSStore } from "edgewater/opfs";
// Each worker loads all that it imports, file by file: hundreds of files for the root, and for the cases.
import { isEdgewaterError } from "../../../src/errors.ts";

export type Kind = "IndexedDBStore" | "OPFSStore";

export function storeOf(kind: Kind, name: string): FullObjectStore {
  return kind === "OPFSStore" ? new OPFSStore(name) : new IndexedDBStore(name);
}

const jobs = {
  conformance: async ({ kind, name }: { readonly kind: Kind; readonly name: string }): Promise<void> => {
    const { fullObjectStoreCases } = await import("edgewater/testing");
    const cases = fullObjectStoreCases({ pageObjects: 50 });
    await cases.find((each) => each.name === name)?.run(storeOf(kind, crypto.randomUUID()));
  },

  /** Increments a counter under a condition, concurrently with other workers. */
  count: async ({ kind, name, times }: { readonly kind: Kind; readonly name: string; readonly times: number }): Promise<void> => {
    const store = storeOf(kind, name);
    for (let done = 0; done < times; ) {
      const object = await store.get("counter");
      const next = String(Number(await object.text()) + 1);
      try {
        await store.put("counter", next, { mode: { ifMatch: object.meta.etag ?? "" } });
        done++;
      } catch (error) {
        if (!isEdgewaterError(error, "PreconditionFailed")) throw error;
      }
    }
  },

  /** Overwrites an object many times. */
  overwrite: async (options: {
    readonly kind: Kind;
    readonly name: string;
    readonly key: string;
    readonly times: number;
  }): Promise<void> => {
    const store = storeOf(options.kind, options.name);
    for (let turn = 0; turn < options.times; turn++) await store.put(options.key, String(turn % 10).repeat(1000));
  },
};

export type Jobs = typeof jobs;

// A window imports this module for its types and `storeOf` only.
if (!("document" in globalThis)) addEventListener("message", answer);

function answer({ data: { job, options }, ports: [port] }: MessageEvent<{ job: keyof Jobs; options: never }>): void {
  const done = (jobs[job] as (options: never) => Promise<unknown>)(options);
  done.then(
    (value) => port?.postMessage({ value }),
    (error: Error) => port?.postMessage({ error: `${error}\n${error.stack}` }),
  );
}
