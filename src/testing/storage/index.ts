/**
 * The conformance cases of a Storage.
 *
 * @module
 */
import { catalogueCases } from "./catalogue.ts";
import type { SharedStorageCase, StorageCase } from "./check.ts";
import { commitCases } from "./commits.ts";
import { eventCases } from "./events.ts";
import { portableCases } from "./portable.ts";
import { sharedCases } from "./shared.ts";

export type { SharedStorageCase, StorageCase };

/** The obligations of every Storage, as cases for tests. Each case takes an empty Storage. */
export function storageCases(): readonly StorageCase[] {
  return [...eventCases, ...commitCases, ...catalogueCases, ...portableCases];
}

/** The obligations of a Storage that several tabs, processes or machines can have open, as cases for tests. */
export function sharedStorageCases(): readonly SharedStorageCase[] {
  return sharedCases;
}
