import { EdgewaterError } from "../../errors.ts";
import { sameDefinition } from "../partitions-definition.ts";
import { mappingError } from "./make-mapping.ts";
import type { PartitionEdge, PartitionMapping } from "./types.ts";

/** An input and the mapping it declares, if any. */
export interface DeclaredEdge extends PartitionEdge {
  readonly mapping?: PartitionMapping | undefined;
}

/**
 * Checks the mapping of an input: the declared one must fit; none is needed when both assets have the same partitions, or
 * the upstream asset has none.
 *
 * @throws `PartitionError` saying what to declare
 */
export function checkEdge(edge: DeclaredEdge): void {
  const { mapping, downstream, upstream, owner, input } = edge;
  if (mapping !== undefined) {
    const wrong = mapping.problem(edge);
    if (wrong !== undefined) throw mappingError(mapping.kind, wrong, owner, input);
    return;
  }
  if (upstream === undefined || sameDefinition(downstream, upstream)) return;
  const what =
    downstream === undefined
      ? `${JSON.stringify(input)} has partitions and ${JSON.stringify(owner)} has none: declare PartitionMapping.all() or .specific([…])`
      : `${JSON.stringify(owner)} and ${JSON.stringify(input)} have different partitions: declare PartitionMapping.identity() when their keys are the same, .timeWindow(…), .all() or another`;
  throw new EdgewaterError(
    "PartitionError",
    `The input ${JSON.stringify(input)} of ${JSON.stringify(owner)} needs a partition mapping: ${what}`,
    {
      asset: owner,
    },
  );
}
