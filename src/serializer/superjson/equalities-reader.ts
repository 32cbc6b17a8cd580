import { damaged } from "./failures.ts";
import type { FoundPlace, Parts, Place, Places } from "./places.ts";
import { replacePart } from "./typed-values/checks.ts";

/** Stands before lists that superjson would misread, so that it throws. */
const refusedPath = "\\edgewater";

/** Applies superjson's `referentialEqualities`: puts one object into all places that share it. */
export function shareEqualities(equalities: unknown, payload: Parts, places: Places): void {
  const root = places.rawOf(payload["json"]);
  const [roots, lists] = Array.isArray(equalities) ? (equalities as unknown[]) : [undefined, equalities];
  const order: KeyOrder = new Map();
  const groups: { readonly first: Place; readonly places: readonly Place[] }[] = [];
  // Most holders have one place, so that it needs no set.
  const known = new Map<Parts, string | number | Set<string | number>>();
  const once = <Once extends Place>(place: Once): Once => {
    const { holder, key } = place;
    const keys = known.get(holder);
    if (keys === undefined) known.set(holder, key);
    else if (keys === key || (keys instanceof Set && keys.has(key)))
      throw damaged(`${JSON.stringify(key)} is in the lists of shared places twice`);
    else if (keys instanceof Set) keys.add(key);
    else known.set(holder, new Set([keys, key]));
    return place;
  };
  const findAll = (paths: unknown): FoundPlace[] => {
    if (!Array.isArray(paths) || paths.some((path) => typeof path !== "string")) throw damaged("the paths of shared places are not a list");
    return (paths as string[]).map((path) => once(places.find(root, path)));
  };
  if (roots !== undefined) {
    const first = once({ holder: payload, key: "json" });
    groups.push({ first, places: findAll(roots) });
  }
  for (const [path, paths] of Object.entries(lists === undefined ? {} : objectOf(lists))) {
    if (path === refusedPath) continue;
    const representative = once(places.find(root, path));
    const found = [representative, ...findAll(paths)];
    groups.push({ first: firstOf(found, [path, ...(paths as string[])], root, places, order), places: found });
  }
  // Every place was found before any is changed.
  for (const { first, places } of groups) {
    const shared = partAt(first);
    for (const place of places) share(shared, place);
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
function firstOf(found: readonly FoundPlace[], paths: readonly string[], root: unknown, places: Places, order: KeyOrder): Place {
  let first = found[0] as FoundPlace;
  let firstKeys: readonly string[] | undefined;
  let last = first.length;
  for (let index = 1; index < found.length; index++) {
    const place = found[index] as FoundPlace;
    if (place.length !== last) {
      const keys = places.keysOf(paths[index] as string);
      firstKeys ??= places.keysOf(paths[0] as string);
      if (isBefore(keys, firstKeys, root, places, order)) {
        first = place;
        firstKeys = keys;
      }
    }
    last = place.length;
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
