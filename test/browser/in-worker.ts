/** Does a job of `worker.ts` in a dedicated worker of its own. */
import type { Jobs } from "./worker.ts";

export function inWorker<Name extends keyof Jobs>(job: Name, options: Parameters<Jobs[Name]>[0]): ReturnType<Jobs[Name]> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const answer = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data.value));
    worker.onerror = (event) => reject(new Error(`The worker failed: ${event.message}`));
    worker.postMessage({ job, options });
  });
  return answer.finally(() => worker.terminate()) as ReturnType<Jobs[Name]>;
}
