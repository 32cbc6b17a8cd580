import { damaged } from "./damaged.ts";
import { setOwn } from "./make.ts";
import type { Parts, Place, Places } from "./places.ts";

/** Stands before lists that superjson would misread, so that it throws. */
const refusedPath = "\\edgewater";

/** Puts the first of shared objects into all places of each. */
export function share(equalities: unknown, payload: Parts, places: Places): void {
  const root = places.rawOf(payload["json"]);
  const [roots, lists] = Array.isArray(equalities) ? (equalities as unknown[]) : [undefined, equalities];
  const groups: Place[][] = [];
  const add = (first: Place, paths: unknown, representative: string | undefined): void => {
    if (!Array.isArray(paths) || paths.some((path) => typeof path !== "string")) throw damaged("a list of shared places is none");
    const found = [first, ...(paths as string[]).map((path) => places.find(root, path))];
    const at = representative === undefined ? 0 : firstOf([representative, ...(paths as string[])], root, places);
    groups.push([found[at] as Place, ...found]);
  };
  if (roots !== undefined) add({ holder: payload, key: "json" }, roots, undefined);
  if (lists !== undefined)
    for (const [path, paths] of Object.entries(objectOf(lists))) if (path !== refusedPath) add(places.find(root, path), paths, path);
  // Every place was found before any is changed.
  for (const [first, ...others] of groups) {
    const { holder, key } = first as Place;
    for (const place of others) setOwn(place.holder, place.key, holder[key]);
  }
}

/**
 * Which of several paths comes first in the text: only there the object was written with all that is shared in it.
 * superjson orders them by their lengths first.
 */
function firstOf(paths: readonly string[], root: unknown, places: Places): number {
  let first = 0;
  let last = 0;
  for (const [index, path] of paths.entries()) {
    const length = places.lengthOf(path);
    if (index > 0 && length !== last && isBefore(places.keysOf(path), places.keysOf(paths[first] as string), root, places)) first = index;
    last = length;
  }
  return first;
}

function isBefore(left: readonly string[], right: readonly string[], root: unknown, places: Places): boolean {
  let holder = root;
  let at = 0;
  for (let key = left[at]; key !== undefined && key === right[at]; key = left[++at]) holder = places.step(holder, key, 0, key.length);
  const [one, other] = [left[at], right[at]];
  if (one === undefined || other === undefined) return one === undefined;
  if (Array.isArray(holder)) return Number(one) < Number(other);
  const keys = Object.keys(holder as Parts);
  return keys.indexOf(one) < keys.indexOf(other);
}

/** @throws `SerializationError` for anything else */
export function objectOf(value: unknown): Parts {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged(`${JSON.stringify(value)} is no object`);
  return value as Parts;
}
