import { damaged } from "./failures.ts";
import type { Parts, Place, Places } from "./places.ts";
import { replacePart } from "./typed-values/checks.ts";

/** Stands before lists that superjson would misread, so that it throws. */
const refusedPath = "\\edgewater";

/** Applies superjson's `referentialEqualities`: puts one object into all places that share it. */
export function shareEqualities(equalities: unknown, payload: Parts, places: Places): void {
  const root = places.rawOf(payload["json"]);
  const [roots, lists] = Array.isArray(equalities) ? (equalities as unknown[]) : [undefined, equalities];
  const order: KeyOrder = new Map();
  const groups: Place[][] = [];
  // Most holders have one place, so that it needs no set.
  const known = new Map<Parts, string | number | Set<string | number>>();
  const once = (place: Place): Place => {
    const { holder, key } = place;
    const keys = known.get(holder);
    if (keys === undefined) known.set(holder, key);
    else if (keys === key || (keys instanceof Set && keys.has(key)))
      throw damaged(`${JSON.stringify(key)} is in the lists of shared places twice`);
    else if (keys instanceof Set) keys.add(key);
    else known.set(holder, new Set([keys, key]));
    return place;
  };
  const add = (first: Place, paths: unknown, representative: string | undefined): void => {
    if (!Array.isArray(paths) || paths.some((path) => typeof path !== "string")) throw damaged("the paths of shared places are not a list");
    const found = [once(first), ...(paths as string[]).map((path) => once(places.find(root, path)))];
    const at = representative === undefined ? 0 : firstOf([representative, ...(paths as string[])], root, places, order);
    groups.push([found[at] as Place, ...found]);
  };
  if (roots !== undefined) add({ holder: payload, key: "json" }, roots, undefined);
  if (lists !== undefined)
    for (const [path, paths] of Object.entries(objectOf(lists))) if (path !== refusedPath) add(places.find(root, path), paths, path);
  // Every place was found before any is changed.
  for (const [first, ...others] of groups) {
    const shared = partAt(first as Place);
    for (const place of others) share(shared, place);
  }
}

/** Puts a shared object into another of its places, where its copy or null is. */
export function share(shared: unknown, place: Place): void {
  const { holder, key } = place;
  const copy = partAt(place);
  if (copy === shared) return;
  if (copy !== null && kindOf(copy) !== kindOf(shared)) throw damaged(`what ${JSON.stringify(key)} shares is not what is there`);
  replacePart(holder, key, shared);
}

/** In one function, because engines compile code anew for each new name that a single access meets. */
function partAt({ holder, key }: Place): unknown {
  return holder[key];
}

function kindOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : typeof value;
}

/** Where each key of an object is among its keys, looked up once for each object. */
type KeyOrder = Map<object, ReadonlyMap<string, number>>;

function isKeyBefore(order: KeyOrder, holder: object, left: string, right: string): boolean {
  let keys = order.get(holder);
  if (keys === undefined) {
    keys = new Map(Object.keys(holder).map((key, index) => [key, index]));
    order.set(holder, keys);
  }
  return (keys.get(left) ?? 0) < (keys.get(right) ?? 0);
}

/**
 * Which of several paths comes first in the text: only there the object was written with all that is shared in it.
 * superjson orders them by their lengths first.
 */
function firstOf(paths: readonly string[], root: unknown, places: Places, order: KeyOrder): number {
  let first = 0;
  let firstKeys: readonly string[] | undefined;
  let last = 0;
  for (const [index, path] of paths.entries()) {
    const length = places.lengthOf(path);
    if (index > 0 && length !== last) {
      const keys = places.keysOf(path);
      firstKeys ??= places.keysOf(paths[first] as string);
      if (isBefore(keys, firstKeys, root, places, order)) {
        first = index;
        firstKeys = keys;
      }
    }
    last = length;
  }
  return first;
}

function isBefore(left: readonly string[], right: readonly string[], root: unknown, places: Places, order: KeyOrder): boolean {
  let holder = root;
  let at = 0;
  for (let key = left[at]; key !== undefined && key === right[at]; key = left[++at]) holder = places.step(holder, key, 0, key.length);
  const [one, other] = [left[at], right[at]];
  if (one === undefined || other === undefined) return one === undefined;
  return Array.isArray(holder) ? Number(one) < Number(other) : isKeyBefore(order, holder as object, one, other);
}

/** @throws `SerializationError` for anything else */
export function objectOf(value: unknown): Parts {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged("its `meta` or a part of it is not an object");
  return value as Parts;
}
