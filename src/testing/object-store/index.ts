import type { FullObjectStore } from "../../object-store/types.ts";
import { attributesCases } from "./attributes.ts";
import { type ObjectStoreCasesOptions, objectStoreCases } from "./cases.ts";
import type { ObjectStoreCase } from "./check.ts";
import { conditionsCases } from "./conditions.ts";
import { copyCases } from "./copy.ts";
import { listCases } from "./list.ts";
import { rangeCases } from "./range.ts";
import { readOnlyCases } from "./reading.ts";
import { streamCases } from "./stream.ts";

export type { ObjectStoreCase, ObjectStoreCasesOptions };
export { attributesCases, conditionsCases, copyCases, listCases, objectStoreCases, rangeCases, readOnlyCases, streamCases };

/** The promises of every capability together, for a store that has them all. */
export function fullObjectStoreCases(options: ObjectStoreCasesOptions = {}): readonly ObjectStoreCase<FullObjectStore>[] {
  return [
    ...objectStoreCases(options),
    ...conditionsCases(options),
    ...attributesCases(),
    ...rangeCases(),
    ...streamCases(),
    ...listCases(),
    ...copyCases(),
  ];
}
