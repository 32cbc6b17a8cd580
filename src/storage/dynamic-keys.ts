import { EdgewaterError } from "../errors.ts";

/**
 * Checks keys that are to be added to a dynamic partitions definition: there are some, and none is empty or has a
 * character that separates the parts of a key.
 *
 * @throws `PartitionError`
 */
export function checkDynamicKeys(definition: string, keys: readonly string[]): void {
  const wrong = keys.find((key) => key === "" || /[|,]/.test(key));
  if (keys.length > 0 && wrong === undefined) return;
  const problem =
    wrong === undefined ? "no keys were given" : `${JSON.stringify(wrong)} is empty or has a reserved character, which are | and ,`;
  throw new EdgewaterError("PartitionError", `Cannot add to the dynamic partitions ${JSON.stringify(definition)}: ${problem}`);
}
