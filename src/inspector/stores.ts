/** The stores of the built-in handlers of a repository, and whose values their objects are. */
import { compareUtf8 } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import { type StoredIn, storeOf } from "../io-handler/stored-in.ts";
import type { ObjectMeta } from "../object-store/types.ts";
import { handlerOf } from "../run/look.ts";
import type { Subject } from "./subject.ts";

/** A store, and the handlers of this repository that write to it. */
export interface InspectedStore {
  readonly store: StoredIn["store"];
  /** What keys begin with in lists of several stores; empty for the only one. */
  readonly label: string;
  readonly canList: boolean;
  readonly canDelete: boolean;
  /** By the first segments of keys, without an extension: the assets whose values begin with them. */
  readonly owners: ReadonlyMap<string, KeyOwner>;
  /** The prefixes of its handlers. */
  readonly prefixes: readonly string[];
}

/** An asset or a task whose values are in a store. */
interface KeyOwner {
  readonly asset: string;
  readonly stored: StoredIn;
}

/** Whose value an object is. */
export interface KeyName {
  readonly asset: string;
  readonly partition?: string;
  readonly stored: StoredIn;
  /** Whether it is one of the versions that a handler with history keeps. */
  readonly isVersion: boolean;
}

/** The stores, each once. */
export function storesOf({ nodes, context }: Subject): readonly InspectedStore[] {
  const found = new Map<
    StoredIn["store"],
    { readonly first: StoredIn; readonly owners: Map<string, KeyOwner>; readonly prefixes: Set<string> }
  >();
  for (const { definition } of nodes) {
    const stored = storeOf(handlerOf({ definition, key: undefined }, context));
    if (stored === undefined) continue;
    const known = found.get(stored.store) ?? { first: stored, owners: new Map<string, KeyOwner>(), prefixes: new Set<string>() };
    found.set(stored.store, known);
    known.prefixes.add(stored.keys.prefix);
    known.owners.set(stored.keys.folderOf({ assetName: definition.name }), { asset: definition.name, stored });
  }
  const names = [...found.keys()].map(({ name }) => name);
  return [...found].map(([store, { first, owners, prefixes }], index) => {
    const isUnique = names.indexOf(store.name) === index && names.lastIndexOf(store.name) === index;
    const label = found.size === 1 ? "" : `${store.name}${isUnique ? "" : ` ${index + 1}`}: `;
    return { store, label, canList: first.canList, canDelete: first.canDelete, owners, prefixes: [...prefixes] };
  });
}

/**
 * The store of a listed key, and the key in it. What others keep in the same store, outside of the prefixes of the handlers, does not belong to the repository.
 *
 * @throws `NotFound` for a key that no handler of the repository writes below
 */
export function storeOfKey(stores: readonly InspectedStore[], listed: string): { readonly store: InspectedStore; readonly key: string } {
  const matching = stores.filter(({ label }) => listed.startsWith(label)).sort((left, right) => right.label.length - left.label.length);
  for (const store of matching) {
    const key = listed.slice(store.label.length);
    if (foldersOf(store).some((folder) => key.startsWith(folder))) return { store, key };
  }
  throw new EdgewaterError("NotFound", `Unknown object ${JSON.stringify(listed)}: no handler of this repository has such keys`, {
    key: listed,
  });
}

/** The beginnings of the keys below the prefixes of the handlers, in order, none within another; the empty one without a prefix. */
function foldersOf({ prefixes }: InspectedStore): readonly string[] {
  const folders = prefixes.map((prefix) => (prefix === "" ? "" : `${prefix}/`)).sort(compareUtf8);
  return folders.filter((folder, index) => !folders.slice(0, index).some((outer) => folder.startsWith(outer)));
}

/** Whose value an object is, as far as its key tells. */
export function nameOfKey({ owners }: InspectedStore, key: string): KeyName | undefined {
  for (const [folder, { asset, stored }] of candidates(owners, key)) {
    if (key === `${folder}.${stored.keys.extension}`) return { asset, stored, isVersion: false };
    if (!key.startsWith(`${folder}/`)) continue;
    const segments = key.slice(folder.length + 1).split("/");
    const isVersion = segments.at(-2) === "versions" && stored.keys.history !== undefined;
    const isData = segments.at(-1) === `data.${stored.keys.extension}`;
    if (!isVersion && !isData && segments.at(-1) !== "HEAD") continue;
    const partition = partitionIn(segments.slice(0, isVersion ? -2 : -1));
    return { asset, stored, isVersion, ...(partition !== undefined && { partition }) };
  }
  return undefined;
}

/** The owners of which the key may be, the most exact first: those whose folder is one of its leading parts. */
function candidates(owners: ReadonlyMap<string, KeyOwner>, key: string): readonly (readonly [string, KeyOwner])[] {
  const segments = key.split("/");
  const found: (readonly [string, KeyOwner])[] = [];
  for (let count = segments.length; count > 0; count--) {
    const folder = segments.slice(0, count).join("/");
    const last = segments[count - 1] as string;
    const dots = count === segments.length ? [...last.matchAll(/\./g)].map(({ index }) => folder.length - last.length + index) : [];
    for (const end of [folder.length, ...dots]) {
      const owner = owners.get(folder.slice(0, end));
      if (owner !== undefined) found.push([folder.slice(0, end), owner]);
    }
  }
  return found;
}

/** The display form of the partition that segments of a key name. */
function partitionIn(segments: readonly string[]): string | undefined {
  if (segments.length === 0) return undefined;
  try {
    const [only = ""] = segments;
    // An equals sign inside a value is encoded.
    if (segments.length === 1 && !only.includes("=")) return decodeURIComponent(only);
    return segments.map((segment) => segment.split("=").map(decodeURIComponent).join("=")).join("|");
  } catch {
    return undefined;
  }
}

/**
 * The objects of a store below a prefix and below the prefixes of the handlers, in the order of their keys. Those that no handler of the
 * repository can have written are among them.
 */
export async function* objectsIn(
  inspected: InspectedStore,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectMeta, void, void> {
  const { list } = inspected.store;
  if (list === undefined) return;
  for (const folder of foldersOf(inspected)) {
    const start = prefix.startsWith(folder) ? prefix : folder.startsWith(prefix) ? folder : undefined;
    if (start === undefined) continue;
    // A prefix of keys need not end at a slash; that of a store does.
    const listed = start.slice(0, Math.max(0, start.lastIndexOf("/")));
    for await (const object of list.call(inspected.store, listed, signal && { signal })) if (object.key.startsWith(start)) yield object;
  }
}
