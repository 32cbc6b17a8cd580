import { isWellFormed } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import type { DynamicPartitionsChange } from "./batch.ts";

/**
 * Checks keys that are to be added to dynamic partitions: there are some, and none is empty, has a character that
 * separates the parts of a key, or one that some back end cannot hold.
 *
 * @throws `PartitionError`
 */
export function checkDynamicKeys(changes: readonly DynamicPartitionsChange[]): void {
  for (const { definition, add } of changes) {
    const wrong = add?.find((key) => key === "" || /[|,\0]/.test(key) || !isWellFormed(key));
    if (add === undefined || (add.length > 0 && wrong === undefined)) continue;
    const problem =
      wrong === undefined
        ? "no keys were given"
        : `${JSON.stringify(wrong)} is empty or has a reserved character, which are | and , and NUL and lone surrogates`;
    throw new EdgewaterError("PartitionError", `Cannot add to the dynamic partitions ${JSON.stringify(definition)}: ${problem}`);
  }
}
