import type { WorkerPort } from "./types.ts";

/** What the global object of a Web Worker has. */
interface WorkerScope {
  readonly WorkerGlobalScope?: new () => object;
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
}

/** The port of this Web Worker; undefined in a window, and in other main threads. */
export function workerPort(): WorkerPort | undefined {
  const scope = globalThis as unknown as WorkerScope;
  const isWorker = scope.WorkerGlobalScope !== undefined && globalThis instanceof scope.WorkerGlobalScope;
  if (!isWorker) return undefined;
  return {
    post: (message) => scope.postMessage(message),
    listen: (onMessage) => scope.addEventListener("message", ({ data }) => onMessage(data)),
  };
}
