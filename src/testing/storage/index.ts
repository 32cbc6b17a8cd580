import { catalogueCases } from "./catalogue.ts";
import type { SharedStorageCase, StorageCase } from "./check.ts";
import { commitCases } from "./commits.ts";
import { eventCases } from "./events.ts";
import { portableCases } from "./portable.ts";
import { sharedCases } from "./shared.ts";

export type { SharedStorageCase, StorageCase };

/** The promises of every Storage. Each case takes one without records. */
export function storageCases(): readonly StorageCase[] {
  return [...eventCases, ...commitCases, ...catalogueCases, ...portableCases];
}

/** The promises of a Storage whose records several can have open. */
export function sharedStorageCases(): readonly SharedStorageCase[] {
  return sharedCases;
}
