import type { LinkRow } from "../../../src/inspector/inspection.ts";
import { shortVersion } from "../../parts/fingerprint.ts";

/** How an input stands to what was read of it. */
export function inputNote({ kind, status, read, latest, isCurrent, mapping }: LinkRow): string {
  const by = mapping === undefined ? "" : `, ${mapping}`;
  if (status === "Missing") return `never materialized${by}`;
  if (read === undefined) return `${kind === "task" ? "task, read in the same run" : "not read yet"}${by}`;
  if (isCurrent) return `the latest${by}`;
  return `${latest === undefined ? "has changed" : `now ${shortVersion(latest)}`}${by}`;
}

/** How what is made from an asset stands to its latest version. */
export function userNote({ status, read, isCurrent, mapping }: LinkRow): string {
  const by = mapping === undefined ? "" : `, ${mapping}`;
  if (status === "Missing") return `never materialized${by}`;
  if (status === "Unrecorded") return `not recorded${by}`;
  if (isCurrent) return `made from this version${by}`;
  return `${read === undefined ? "not made from this version" : "made from an earlier version"}${by}`;
}
