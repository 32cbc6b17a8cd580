import type { VersionRow } from "../../../src/inspector/inspection.ts";
import { numberOf } from "./metadata-text.ts";

/** Why a version was made, and what it changed, as far as the records of it and of the one before say. */
export interface VersionNote {
  readonly why: string;
  readonly delta: string;
  readonly isSame: boolean;
}

/** `before` is the version before of the same partition; undefined when it is not known. `isFirst`: this is the first version. */
export function noteOf(version: VersionRow, before: VersionRow | undefined, isFirst: boolean): VersionNote {
  if (before === undefined)
    return isFirst ? { why: `first ${version.type.toLowerCase()}`, delta: "first", isSame: false } : { why: "", delta: "", isSame: false };
  const isSame = version.dataVersion === before.dataVersion;
  return { why: whyOf(version, before), delta: isSame ? "same bytes" : deltaOf(version, before), isSame };
}

function whyOf(version: VersionRow, before: VersionRow): string {
  if (version.type === "Observation") return version.dataVersion === before.dataVersion ? "observed, unchanged" : "observed, has changed";
  if (version.codeVersion !== before.codeVersion) return `code version ${before.codeVersion ?? "none"} → ${version.codeVersion ?? "none"}`;
  const changed = Object.keys(version.inputs).filter((name) => version.inputs[name] !== before.inputs[name]);
  if (changed.length === 0) return "requested";
  const [first, second] = changed;
  if (changed.length === 1) return `${first} has new data`;
  return changed.length === 2 ? `${first} and ${second} have new data` : `${first} and ${changed.length - 1} others have new data`;
}

/** The difference of the number that says how much it is. */
function deltaOf({ metadata }: VersionRow, { metadata: before }: VersionRow): string {
  for (const key of ["rows", "row_count", "count", "entries"]) {
    const now = Object.hasOwn(metadata, key) ? numberOf(metadata[key]) : null;
    const then = Object.hasOwn(before, key) ? numberOf(before[key]) : null;
    if (now === null || then === null) continue;
    const difference = now - then;
    return difference === 0 ? `same ${key}` : `${difference > 0 ? "+" : "−"}${Math.abs(difference)} ${key}`;
  }
  return "new data";
}

/** Each version with its note. Versions are given newest first; `isWhole` when nothing is before the last. */
export function notesOf(versions: readonly VersionRow[], isWhole: boolean): readonly VersionNote[] {
  const before = new Map<string, VersionRow>();
  const notes: VersionNote[] = [];
  for (let index = versions.length - 1; index >= 0; index -= 1) {
    const version = versions[index];
    if (version === undefined) continue;
    const partition = version.partition ?? "";
    notes.push(noteOf(version, before.get(partition), isWhole));
    before.set(partition, version);
  }
  return notes.reverse();
}
