import type { ConnectionState } from "../../src/inspector/inspection.ts";
import { formatClock } from "../parts/format.ts";

/** Whether what is shown may be older than what is. */
export const isStale = (connection: ConnectionState): boolean => connection.state !== "live";

/** Since when it is not live, and when the next try is. Undefined when it is live. */
export function connectionText(connection: ConnectionState): { readonly since: string; readonly next: string } | undefined {
  if (!isStale(connection)) return undefined;
  if (connection.state === "ended")
    return { since: `A report of ${formatClock(connection.alive)}.`, next: "What you see is as it was then." };
  const seconds = Math.ceil((connection.retryInMs ?? 0) / 1000);
  return {
    since: `Not live since ${formatClock(connection.alive)}.`,
    next: `There is no answer; what you see is as it was then. Trying again ${seconds > 0 ? `in ${seconds} s` : "now"}.`,
  };
}
