/**
 * How far something reaches: stores, handlers and Storages say from where they can be reached, executors how far away their steps
 * run.
 *
 * @module
 */

/** From where something can be reached: from this process or isolate, from this machine or browser, or from anywhere. */
export type Reach = "process" | "machine" | "anywhere";

const distances: Readonly<Record<Reach, number>> = { process: 0, machine: 1, anywhere: 2 };

/** Whether something can be reached from as far away as needed. What does not say its reach can be reached from anywhere. */
export function reaches(reach: Reach | undefined, needed: Reach): boolean {
  return distances[reach ?? "anywhere"] >= distances[needed];
}
