import { isWellFormed } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";

/**
 * Checks the name of an asset or a task: any text that is not empty and that UTF-8 can carry. Names need no escaping:
 * the key layout encodes them.
 *
 * @throws `DefinitionError`
 */
export function checkName(name: unknown, what: "asset" | "task"): asserts name is string {
  if (typeof name !== "string" || name === "") {
    throw new EdgewaterError(
      "DefinitionError",
      `The name of an ${what === "asset" ? "asset" : "asset or task"} must be a string that is not empty`,
    );
  }
  if (!isWellFormed(name)) {
    throw new EdgewaterError("DefinitionError", `The ${what} name ${JSON.stringify(name)} has a lone surrogate, which UTF-8 cannot carry`, {
      asset: name,
    });
  }
}
