/**
 * The messages of this worker with what has started it. There is one file per kind of runtime, chosen by the import condition of
 * `#worker-port`.
 *
 * @module
 */

/** The end of a worker's line. */
export interface WorkerPort {
  readonly post: (message: unknown) => void;
  readonly listen: (onMessage: (message: unknown) => void) => void;
}
