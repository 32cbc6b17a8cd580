/** How many threads the processor runs at the same time, as the runtime reports it; 2 where it does not. */
export function parallelism(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 2;
}
