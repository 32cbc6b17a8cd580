/** A worker of any runtime: a Web Worker of a browser, Deno or Bun, or a worker thread of Node. */
import { thrownText } from "../../errors.ts";

/** What Web Workers have. */
interface WebWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  addEventListener(type: string, listener: (event: WorkerMessageEvent) => void): void;
}

/** The events of a Web Worker. */
interface WorkerMessageEvent {
  readonly data?: unknown;
  readonly message?: string;
  preventDefault?(): void;
}

/** What worker threads have. */
interface WorkerThread {
  postMessage(message: unknown): void;
  terminate(): Promise<unknown>;
  on(type: string, listener: (value: unknown) => void): unknown;
  ref(): void;
  unref(): void;
}

/** A started worker: a `Worker` of the web, or of `node:worker_threads`. */
export type AnyWorker = WebWorker | WorkerThread;

/** Whether a value can be a worker. */
export function isWorker(value: unknown): value is AnyWorker {
  const { postMessage, terminate } = (value ?? {}) as Partial<AnyWorker>;
  return typeof postMessage === "function" && typeof terminate === "function";
}

/** The line to one worker. */
export interface Line {
  readonly post: (message: unknown) => void;
  /** Ends the worker, whatever it does. */
  readonly end: () => void;
  /** Whether the worker keeps the process running, where a runtime has that. */
  readonly keepAlive: (isBusy: boolean) => void;
}

/**
 * Connects to a worker. `onLost` is called when it has ended, could not start, or sent what cannot be read; with the error that
 * nothing has caught, where a runtime tells it.
 */
export function lineTo(worker: AnyWorker, onMessage: (message: unknown) => void, onLost: (reason: string, cause?: unknown) => void): Line {
  if ("on" in worker && typeof worker.on === "function") {
    worker.on("message", onMessage);
    worker.on("messageerror", () => onLost("it has sent a message that cannot be read"));
    worker.on("error", (error: unknown) => onLost(thrownText(error), error));
    worker.on("exit", (code: unknown) => onLost(`it has ended with the code ${code}`));
  } else {
    const web = worker as WebWorker;
    web.addEventListener("message", ({ data }) => onMessage(data));
    web.addEventListener("messageerror", () => onLost("it has sent a message that cannot be read"));
    web.addEventListener("error", (event) => {
      // In Deno the error would end this process too.
      event.preventDefault?.();
      onLost(event.message === undefined || event.message === "" ? "it could not be started" : event.message);
    });
    // Bun reports the end of a worker.
    web.addEventListener("close", () => onLost("it has ended"));
  }
  const refs = worker as Partial<Pick<WorkerThread, "ref" | "unref">>;
  return {
    post: (message) => worker.postMessage(message),
    end: () => void worker.terminate(),
    keepAlive: (isBusy) => (isBusy ? refs.ref?.() : refs.unref?.()),
  };
}
