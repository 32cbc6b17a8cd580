/** What takes how much room, as parts of a bar. */
import type { StorageView } from "../../../src/inspector/inspection.ts";

export interface RoomPart {
  readonly name: string;
  readonly bytes: number;
  /** Its colour: the largest four assets, the records, and what is left. */
  readonly form: "p0" | "p1" | "p2" | "p3" | "records" | "others";
}

const forms = ["p0", "p1", "p2", "p3"] as const;

/** The largest assets, the records and the others. Parts without bytes are left out. */
export function roomOf({ values, records, byAsset }: Pick<StorageView, "values" | "records" | "byAsset">): readonly RoomPart[] {
  const sorted = [...byAsset].sort((left, right) => right.bytes - left.bytes);
  const largest = sorted.slice(0, forms.length);
  const parts: RoomPart[] = largest.map(({ asset, bytes }, index) => ({ name: asset, bytes, form: forms[index] ?? "p3" }));
  const known = largest.reduce((sum, { bytes }) => sum + bytes, 0);
  parts.push({ name: "records", bytes: records.bytes ?? 0, form: "records" });
  parts.push({ name: "others", bytes: Math.max(0, values.bytes - known), form: "others" });
  return parts.filter(({ bytes }) => bytes > 0);
}

/** The part of a key that says something: without what all keys begin with. */
export function commonPrefix(keys: readonly string[]): string {
  const [first] = keys;
  if (first === undefined || keys.length < 2) return "";
  let length = first.lastIndexOf("/") + 1;
  for (const key of keys) {
    while (length > 0 && !key.startsWith(first.slice(0, length))) length = first.lastIndexOf("/", length - 2) + 1;
  }
  return first.slice(0, length);
}

/** The name of an exported file: letters, digits and the day. */
export function fileName(repository: string, what: "records" | "all", now: number): string {
  const name =
    repository
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "repository";
  return `${name}-${new Date(now).toISOString().slice(0, 10)}${what === "records" ? "-records" : ""}.edgewater`;
}
