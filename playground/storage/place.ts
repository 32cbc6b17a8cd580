/** Where values are kept. The records of each place are apart, and always in a database of this browser. */
import { EdgewaterError, type FullObjectStore, isEdgewaterError } from "edgewater";
import { IndexedDBStore } from "edgewater/indexeddb";
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
const name = "playground";
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

/** Whether the keys of a bucket are yet to be entered. */
export function lacksKeys(place: Place): boolean {
  return place.kind === "s3" && !keys.has(recordsOf(place));
}

/** The store of the values of a place. What only some visitors need is loaded when they do. */
export async function openStore(place: Place): Promise<FullObjectStore> {
  if (place.kind === "indexeddb") return new IndexedDBStore(name);
  if (place.kind === "opfs") {
    const { OPFSStore } = await import("edgewater/opfs");
    return new OPFSStore(name);
  }
  const [{ S3Store }, { withPrefix }] = await Promise.all([import("edgewater/s3"), import("edgewater/with")]);
  const credentials = (): S3Credentials => {
    const entered = keys.get(recordsOf(place));
    if (entered !== undefined) return entered;
    const message = `Cannot reach the bucket ${place.bucket}: its keys are not kept when the page is loaded again; enter them`;
    throw new EdgewaterError("Unauthenticated", message, { store: placeName(place) });
  };
  const endpoint = place.endpoint === "" ? {} : { endpoint: place.endpoint };
  const store = new S3Store({ bucket: place.bucket, region: place.region, credentials, ...endpoint });
  return place.prefix === "" ? store : withPrefix(store, place.prefix);
}

/**
 * Looks whether a place can be reached.
 *
 * @throws what its store throws; `Unavailable` says what a browser does not tell: that the rules of the bucket may refuse this page
 */
export async function checkPlace(place: Place, signal?: AbortSignal): Promise<void> {
  const store = await openStore(place);
  try {
    for await (const _ of store.list("earthquakes", { limit: 1, ...(signal && { signal }) })) break;
  } catch (cause) {
    if (place.kind !== "s3" || !isEdgewaterError(cause, "Unavailable")) throw cause;
    const message = `Cannot reach the bucket ${place.bucket} from this page: its address is wrong, it does not answer, or its CORS rules do not allow ${location.origin}. A browser does not tell which; allow the origin with the rules below and try again`;
    throw new EdgewaterError("Unavailable", message, { store: store.name, cause });
  }
}

/** The CORS rules that a bucket needs for this page. */
export function corsRules(): string {
  const exposed = ["ETag", "Content-Range", "Date", "Retry-After", "x-amz-meta-edgewaternonces", "x-amz-meta-edgewatermetadata"];
  const marks = ["content-digest", "serializer", "run-id", "write-id", "data-version"].map((mark) => `x-amz-meta-${mark}`);
  const rule = {
    AllowedOrigins: [location.origin],
    AllowedMethods: ["GET", "HEAD", "PUT", "POST", "DELETE"],
    AllowedHeaders: ["*"],
    ExposeHeaders: [...exposed, ...marks],
    MaxAgeSeconds: 3600,
  };
  return JSON.stringify([rule], undefined, 2);
}
