/**
 * The conformance cases of a Storage.
 *
 * @module
 */
import { catalogueCases } from "./catalogue.ts";
import type { SharedStorageCase, StorageCase } from "./check.ts";
import { checkCases } from "./checks.ts";
import { commitCases } from "./commits.ts";
import { detailCases } from "./details.ts";
import { eventCases } from "./events.ts";
import { leaseCases } from "./leases.ts";
import { portableCases } from "./portable.ts";
import { sharedCases } from "./shared.ts";

export type { SharedStorageCase, StorageCase };

/** The obligations of every Storage, as cases for tests. Each case takes an empty Storage. */
export function storageCases(): readonly StorageCase[] {
  return [...eventCases, ...commitCases, ...checkCases, ...catalogueCases, ...leaseCases, ...detailCases, ...portableCases];
}

/** The obligations of a Storage that several tabs, processes or machines can have open, as cases for tests. */
export function sharedStorageCases(): readonly SharedStorageCase[] {
  return sharedCases;
}
