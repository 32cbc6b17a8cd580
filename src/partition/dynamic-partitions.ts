import { nameProblem } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import { PartitionKey, singleValue } from "./partition-key.ts";
import { type DynamicPartitions, keysBetween, listKeys, makeDefinition } from "./partitions-definition.ts";

/**
 * Defines partitions whose keys are added at run time and kept in Storage under `name`.
 *
 * @throws `PartitionError` when the name is empty
 *
 * @example
 * ```ts
 * asset({ name: "invoices", partitions: dynamicPartitions("customers") }, (_, { partitionKey }) => invoicesOf(partitionKey));
 * await repository.storage.commit({ dynamicPartitions: [{ definition: "customers", add: ["ada"] }] });
 * ```
 */
export function dynamicPartitions(name: string): DynamicPartitions {
  if (typeof name !== "string" || name === "") {
    throw new EdgewaterError("PartitionError", "Cannot define dynamic partitions without a name; pass a string that is not empty");
  }
  const problem = nameProblem(name);
  if (problem !== undefined) {
    throw new EdgewaterError("PartitionError", `Cannot define the dynamic partitions ${JSON.stringify(name)}: ${problem}`);
  }
  const keys: DynamicPartitions["keys"] = ({ dynamicKeys }) => [...new Set(dynamicKeys(name))].map((key) => PartitionKey.single(key));
  return makeDefinition({
    kind: "dynamic",
    name,
    dynamicNames: Object.freeze([name]),
    keys,
    has: (key, { dynamicKeys }) => dynamicKeys(name).includes(singleValue(key) ?? ""),
    between: (from, to, loadingContext) => keysBetween(keys(loadingContext), from, to),
    timeWindow: () => undefined,
    describe: (loadingContext) => `the dynamic partitions ${JSON.stringify(name)}, now ${listKeys(keys(loadingContext))}`,
    toJSON: () => ({ dynamic: name }),
  });
}
