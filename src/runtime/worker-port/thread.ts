import { parentPort } from "node:worker_threads";
import type { WorkerPort } from "./types.ts";

/** The port of this worker thread, in Bun also of a Web Worker; undefined in the main thread. */
export function workerPort(): WorkerPort | undefined {
  const port = parentPort;
  if (port === null) return undefined;
  return { post: (message) => port.postMessage(message), listen: (onMessage) => void port.on("message", onMessage) };
}
