/** Runs a job of `worker.ts` in a dedicated worker; jobs share one unless another is passed. */
import type { Jobs } from "./worker.ts";

export function inWorker<Name extends keyof Jobs>(
  job: Name,
  options: Parameters<Jobs[Name]>[0],
  worker = shared(),
): ReturnType<Jobs[Name]> {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data.value));
    worker.onerror = (event) => reject(new Error(`The worker failed: ${event.message}`));
    worker.postMessage({ job, options }, [port2]);
  });
  return answer.finally(() => port1.close()) as ReturnType<Jobs[Name]>;
}

export function newWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}

let worker: Worker | undefined;

function shared(): Worker {
  worker ??= newWorker();
  return worker;
}

/** False in WebKitGTK, where writing a file in a worker fails with an InvalidStateError. */
export const hasSyncHandles: boolean = /Firefox|Chrome/.test(navigator.userAgent);
