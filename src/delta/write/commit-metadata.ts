import { EdgewaterError } from "../../errors.ts";
import { printJson } from "../log/json.ts";

/** What a commit says by itself. */
const reserved = [
  "engineInfo",
  "inCommitTimestamp",
  "isBlindAppend",
  "isolationLevel",
  "operation",
  "operationMetrics",
  "operationParameters",
  "readVersion",
  "timestamp",
  "txnId",
] as const;

/**
 * Checks what a caller adds to a commit.
 *
 * @throws `SettingsError` for a name that commits have already, and for values that are not JSON
 */
export function checkCommitMetadata(metadata: Readonly<Record<string, unknown>> = {}): void {
  for (const [name, value] of Object.entries(metadata)) {
    if ((reserved as readonly string[]).includes(name)) throw invalid(name, "every commit has it already; use another name");
    try {
      printJson(value);
    } catch (cause) {
      throw invalid(name, "its value is not JSON; use texts, numbers, booleans, arrays and objects", cause);
    }
  }
}

function invalid(name: string, reason: string, cause?: unknown): EdgewaterError<"SettingsError"> {
  const field = `commitMetadata.${name}`;
  return new EdgewaterError("SettingsError", `Invalid ${field}: ${reason}`, { field, cause });
}
