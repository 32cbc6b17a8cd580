import type { FullObjectStore } from "../../object-store/types.ts";
import { casesOf, type ObjectStoreCasesOptions } from "./certify.ts";
import type { ObjectStoreCase } from "./check.ts";
import { atomicCases, consistentCases, registerCases } from "./guarantees.ts";
import { type VerbCasesOptions, verbCases } from "./verbs.ts";

export { attributesCases } from "./attributes.ts";
export { type CapabilitiesOf, certify, type Promised } from "./certify.ts";
export { conditionsCases } from "./conditions.ts";
export { copyCases } from "./copy.ts";
export { levelCases, pageCases } from "./list.ts";
export { rangeCases } from "./range.ts";
export { readOnlyCases } from "./reading.ts";
export { streamCases } from "./stream.ts";
export type { ObjectStoreCase, ObjectStoreCasesOptions };

/** The promises that every store makes, as cases to run with a store. */
export function objectStoreCases(options: VerbCasesOptions = {}): readonly ObjectStoreCase[] {
  return [...verbCases(options), ...atomicCases(), ...consistentCases(), ...registerCases()];
}

/** The promises of every capability together, for a store that has them all. */
export function fullObjectStoreCases(options: ObjectStoreCasesOptions = {}): readonly ObjectStoreCase<FullObjectStore>[] {
  return casesOf({
    ...options,
    conditions: true,
    attributes: true,
    ranges: true,
    streams: true,
    pages: true,
    levels: true,
    copies: true,
    conditionalCopies: true,
  });
}
