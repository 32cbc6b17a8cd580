/** Where values are kept. The records of each place are apart, and always in a database of this browser. */
import type { S3Credentials } from "edgewater/s3";

/** A bucket of S3 or of a server that speaks like it. */
export interface Bucket {
  /** Base URL of a server other than AWS; empty for AWS. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  /** The folder of the values; empty for the whole bucket. */
  readonly prefix: string;
}

export type Place = { readonly kind: "indexeddb" } | { readonly kind: "opfs" } | ({ readonly kind: "s3" } & Bucket);

/** The name of the databases and of the folder. */
export const name = "playground";
const rememberedAs = "edgewater/playground/place";

/** The place of the last visit. Keys are never remembered. */
export function rememberedPlace(): Place {
  try {
    return placeFrom(JSON.parse(localStorage.getItem(rememberedAs) ?? "null")) ?? { kind: "indexeddb" };
  } catch {
    return { kind: "indexeddb" };
  }
}

/** Remembers a place, without keys. Does nothing where the browser keeps nothing. */
export function rememberPlace(place: Place): void {
  try {
    localStorage.setItem(rememberedAs, JSON.stringify(place));
  } catch {
    // The next visit begins with the first place.
  }
}

function placeFrom(value: unknown): Place | undefined {
  const { kind, endpoint, region, bucket, prefix } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (kind === "indexeddb" || kind === "opfs") return { kind };
  const texts = [endpoint, region, bucket, prefix];
  if (kind !== "s3" || !texts.every((text) => typeof text === "string")) return undefined;
  return { kind, endpoint, region, bucket, prefix } as Place;
}

/** The name of a place for people. */
export function placeName(place: Place): string {
  if (place.kind === "indexeddb") return "IndexedDB";
  if (place.kind === "opfs") return "Private files";
  return `Bucket ${place.bucket}`;
}

/** The database of the records of a place. */
export function recordsOf(place: Place): string {
  if (place.kind !== "s3") return `${name}/${place.kind}`;
  return `${name}/s3/${[place.endpoint, place.bucket, place.prefix].map(encodeURIComponent).join("/")}`;
}

/** The keys of buckets, by the database of their records. They are in the memory of this tab only. */
const keys = new Map<string, S3Credentials>();

/** Gives the keys of a bucket, until the tab is closed or loaded again. */
export function enterKeys(place: Place, credentials: S3Credentials): void {
  keys.set(recordsOf(place), credentials);
}

/** The keys of a bucket; undefined until they are entered. */
export function enteredKeys(place: Place): S3Credentials | undefined {
  return keys.get(recordsOf(place));
}

/** Whether the keys of a bucket are yet to be entered. */
export function lacksKeys(place: Place): boolean {
  return place.kind === "s3" && !keys.has(recordsOf(place));
}
