import { EdgewaterError } from "../../errors.ts";

/** What bytes are that no value can be made of. */
export function damaged(problem: string, offset?: number, cause?: unknown): EdgewaterError<"SerializationError"> {
  const where = offset === undefined ? "" : ` at byte ${offset}`;
  return new EdgewaterError("SerializationError", `These bytes cannot be read as superjson${where}: ${problem}`, {
    cause,
    field: offset === undefined ? undefined : `byte ${offset}`,
  });
}
