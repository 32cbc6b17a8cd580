import type { StandardSchemaV1 } from "@standard-schema/spec";
import { EdgewaterError } from "../errors.ts";

// biome-ignore lint/suspicious/noExplicitAny: any arguments of a constructor
type Class<Value> = abstract new (...args: any[]) => Value;

/** A check of a value: a Standard Schema, or the class that it must be an instance of. */
export type TypeHint<Value = unknown> = StandardSchemaV1<unknown, Value> | Class<Value>;

/** The type that a hint stands for. */
export type HintedType<Hint> =
  Hint extends StandardSchemaV1<unknown, infer Value> ? Value : Hint extends Class<infer Value> ? Value : never;

/**
 * Validates a value. Returns the output of the schema, which may differ from the value, or with a class the value itself.
 *
 * @param what the name of the value in messages, such as `value of "quakes"`
 * @param partition the display form of the key of its partition
 * @throws `ValidationError` with the path of the first problem in `field`
 */
export async function validate(
  value: unknown,
  hint: TypeHint | undefined,
  asset: string,
  what: string,
  partition?: string,
): Promise<unknown> {
  if (hint === undefined) return value;
  if (typeof hint === "function" && !("~standard" in hint)) {
    if (value instanceof hint) return value;
    throw new EdgewaterError("ValidationError", `Invalid ${what}; expected an instance of ${hint.name}`, { asset, partition });
  }
  const result = await (hint as StandardSchemaV1)["~standard"].validate(value);
  if (result.issues === undefined) return result.value;
  const problems = result.issues.map(({ message, path }) => `${pathOf(path)}: ${message}`);
  throw new EdgewaterError(
    "ValidationError",
    `Invalid ${what}; the type hint refuses it:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    {
      asset,
      partition,
      field: pathOf(result.issues[0]?.path),
    },
  );
}

function pathOf(path: StandardSchemaV1.Issue["path"]): string {
  const keys = (path ?? []).map((item) => (typeof item === "object" ? item.key : item));
  return `$${keys.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("")}`;
}
