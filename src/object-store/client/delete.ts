import { isEdgewaterError } from "../../errors.ts";
import type { Call } from "../call.ts";
import { type Cloud, pathOf } from "./cloud.ts";
import { inParallel } from "./parallel.ts";

/** Deletes objects with one request for each, several at once; missing ones are gone already. */
export async function deleteEach(
  cloud: Cloud,
  calls: readonly Call[],
  concurrency: number,
  headers: Record<string, string> = {},
): Promise<void> {
  await inParallel(calls, concurrency, async (call) => {
    try {
      await cloud.request(call, { method: "DELETE", path: pathOf(call.key), headers });
    } catch (error) {
      // A missing container has no key.
      if (!isEdgewaterError(error, "NotFound") || error.key === undefined) throw error;
    }
  });
}
