/**
 * The conformance suite for object stores.
 *
 * @module
 */

import type { FullObjectStore } from "../../object-store/types.ts";
import { casesOf, type ObjectStoreCasesOptions } from "./certify.ts";
import type { ObjectStoreCase } from "./check.ts";
import { atomicCases, consistentCases, monotonicReadCases } from "./guarantees.ts";
import { type KeysAndBytesCasesOptions, keysAndBytesCases } from "./keys-and-bytes.ts";

export { attributesCases } from "./attributes.ts";
export { type CapabilitiesOf, certify, type GuaranteeCase } from "./certify.ts";
export { conditionsCases } from "./conditions.ts";
export { copyCases } from "./copy.ts";
export { delimiterCases, paginationCases } from "./list.ts";
export { rangeCases } from "./range.ts";
export { readOnlyCases } from "./read-only.ts";
export { streamCases } from "./stream.ts";
export type { ObjectStoreCase, ObjectStoreCasesOptions };

/** The cases for an `ObjectStore`: the basic verbs and all guarantees. */
export function objectStoreCases(options: KeysAndBytesCasesOptions = {}): readonly ObjectStoreCase[] {
  return [...keysAndBytesCases(options), ...atomicCases(), ...consistentCases(), ...monotonicReadCases()];
}

/** The cases for a `FullObjectStore`: every capability. */
export function fullObjectStoreCases(options: ObjectStoreCasesOptions = {}): readonly ObjectStoreCase<FullObjectStore>[] {
  return casesOf({
    ...options,
    conditions: true,
    attributes: true,
    ranges: true,
    streams: true,
    pagination: true,
    delimiter: true,
    copies: true,
    conditionalCopies: true,
  });
}
