/** The memory of the isolate of a Worker in `wrangler dev`, as the inspector protocol tells it. */
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";

/** What an isolate has in memory, in MB. */
export interface IsolateUsage {
  /** Objects of JavaScript, with those that are garbage. */
  readonly heap: number;
  /** Buffers of JavaScript, with those that are garbage. */
  readonly buffers: number;
}

/** Watches an isolate. */
export interface IsolateMemory extends Disposable {
  /** How much more than at the begin of the watch the isolate has had, at its worst moment. */
  readonly peak: () => Promise<IsolateUsage>;
}

/** The time between two looks, in milliseconds. */
const everyMs = 5;

/** @param port the port of the inspector protocol of `wrangler dev` */
export async function watchIsolate(port: number): Promise<IsolateMemory> {
  // The inspector refuses those who do not say where they come from.
  const options = { headers: { origin: "http://localhost" } };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, options as unknown as string[]);
  await once(socket, "open");
  const answers = new Map<number, (usage: IsolateUsage) => void>();
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { readonly id?: number; readonly result?: Record<string, number> };
    const { usedSize = Number.NaN, backingStorageSize = Number.NaN } = result ?? {};
    answers.get(id ?? 0)?.({ heap: usedSize / 1e6, buffers: backingStorageSize / 1e6 });
  };
  let asked = 0;
  const usage = (): Promise<IsolateUsage> =>
    new Promise((resolve) => {
      const id = ++asked;
      answers.set(id, resolve);
      socket.send(JSON.stringify({ id, method: "Runtime.getHeapUsage" }));
    });

  const first = await usage();
  let worst = first;
  const look = async (): Promise<void> => {
    const now = await usage();
    // What is no number must not pass for little.
    if (!(now.heap + now.buffers <= worst.heap + worst.buffers)) worst = now;
  };
  const stop = new AbortController();
  const watch = async (): Promise<void> => {
    for (;;) {
      await look();
      await setTimeout(everyMs, undefined, { signal: stop.signal });
    }
  };
  watch().catch(() => undefined);
  return {
    peak: async () => {
      await look();
      return { heap: worst.heap - first.heap, buffers: worst.buffers - first.buffers };
    },
    [Symbol.dispose]: () => {
      stop.abort();
      socket.close();
    },
  };
}
