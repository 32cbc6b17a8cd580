/**
 * The attributes that version 0.1 wrote: files `.meta~/<names of the key>/<inode>-<nanoseconds>-<size>.attributes~`, whose
 * numbers are in base 36. They are read as before, and the next write of the key removes them. The inode number is not
 * compared, so they also belong to a copy of the object.
 *
 * @module
 */
import { failed } from "../call.ts";
import type { Attributes } from "../types.ts";
import type { Stamp } from "./file-stats.ts";
import { readdirSync, readFileSync, rmdirSync } from "./fs.ts";
import type { Layout } from "./layout.ts";
import { attempt, ifThereSync, removeFile } from "./system-error.ts";

const ending = ".attributes~";

/** Attributes of version 0.1, and the etag that the object had. */
export interface OldAttributes extends Attributes {
  /** Without quotes. */
  readonly etag: string;
}

/** Returns whether a key may have attributes of version 0.1. */
function mayHaveOldAttributes(layout: Layout, key: string): boolean {
  return layout.ownStats(layout.oldAttributesOf(key))?.isFolder === true;
}

/**
 * Reads the attributes of version 0.1 that belong to a file.
 *
 * @throws `Integrity` if they are damaged
 */
export function readOldAttributes(layout: Layout, key: string, file: Stamp): OldAttributes | undefined {
  if (!mayHaveOldAttributes(layout, key)) return undefined;
  const folder = layout.oldAttributesOf(key);
  for (const name of ifThereSync(() => readdirSync(folder)) ?? []) {
    if (!name.endsWith(ending)) continue;
    const etag = name.slice(0, -ending.length);
    const [, nanoseconds = "", size = ""] = etag.split("-");
    if (Number.parseInt(size, 36) !== file.size || toMilliseconds(nanoseconds) !== file.mtimeMs) continue;
    const text = ifThereSync(() => readFileSync(`${folder}/${name}`, "utf8"));
    if (text === undefined) continue;
    try {
      const { contentType, metadata } = JSON.parse(text) as Attributes;
      return { contentType, metadata, etag };
    } catch (cause) {
      const reason = `its attributes in ${JSON.stringify(`${folder}/${name}`)} are damaged; remove the file or write the object again`;
      throw failed({ store: layout.store, verb: "read", key, signal: undefined }, "Integrity", reason, { cause });
    }
  }
  return undefined;
}

/** Removes the attributes of version 0.1 of a key that may have them. The caller holds the claim of the key. */
export function removeOldAttributes(layout: Layout, key: string): void {
  const folder = layout.oldAttributesOf(key);
  for (const name of ifThereSync(() => readdirSync(folder)) ?? []) if (name.endsWith(ending)) removeFile(`${folder}/${name}`);
  attempt(() => rmdirSync(folder));
}

function toMilliseconds(nanoseconds: string): number | undefined {
  if (!/^[0-9a-z]{1,16}$/.test(nanoseconds)) return undefined;
  let value = 0n;
  for (const digit of nanoseconds) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  return Number(value / 1_000_000n);
}
