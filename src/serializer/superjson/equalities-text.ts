/** superjson's text of which places share an object. */
import type { Frame, Place, Shared } from "./frame.ts";
import { isIndex } from "./keys.ts";

interface List {
  readonly shared: Shared;
  readonly representative: Place;
  readonly others: readonly Place[];
}

/**
 * The place with the shortest path, then the others.
 *
 * superjson applies the lists one after the other, so that some undo others. In front of such a list stands a path that it
 * refuses, so that it throws where it would misread.
 *
 * @param found - In the order in which the first place of each was written
 * @param isOurs - There is something else that only we read
 */
export function equalitiesText(found: readonly Shared[], isOurs: boolean): string | undefined {
  if (found.length === 0) return undefined;
  const lists: List[] = [];
  let roots: string | undefined;
  for (const shared of found) {
    const [representative, ...others] = byDepth(shared.places) as [Place, ...Place[]];
    if (representative.frame.depth === 0) roots = listText(others);
    lists.push({ shared, representative, others });
  }
  // Integers come first, as in every JavaScript object.
  const rank = ({ representative: { frame, path } }: List): number =>
    frame.depth === 0 ? -2 : frame.depth === 1 && isIndex(path) ? -1 : 0;
  lists.sort(
    (left, right) =>
      rank(left) - rank(right) || (rank(left) === -1 ? Number(left.representative.path) - Number(right.representative.path) : 0),
  );
  const entries = lists.filter(({ representative }) => representative.frame.depth > 0);
  const texts = entries.map(({ representative, others }) => `"${representative.path}":${listText(others)}`);
  if (isOurs || lists.some(({ others }) => others.some(({ isFragile }) => isFragile)) || undoes(lists)) texts.unshift('"\\\\edgewater":[]');
  const object = texts.length > 0 ? `{${texts.join(",")}}` : undefined;
  return roots === undefined ? object : object === undefined ? `[${roots}]` : `[${roots},${object}]`;
}

/**
 * Whether a list is lost when it is applied: an object that was written whole at one place is replaced there by its copy
 * from a shorter path, after another list has put something into it.
 */
function undoes(lists: readonly List[]): boolean {
  // By the frame and key of the place that is replaced.
  const replaced = new Map<Frame, Map<Frame["key"], number>>();
  for (const [index, { shared, representative }] of lists.entries()) {
    const [first] = shared.places as [Place];
    if (first === representative) continue;
    const { frame, key } = first;
    const keys = replaced.get(frame) ?? new Map<Frame["key"], number>();
    replaced.set(frame, keys.set(key, index));
  }
  if (replaced.size === 0) return false;
  const last = new Map<Frame, number>();
  return lists.some(
    ({ shared: { places, isValue } }, index) => !isValue && places.some(({ frame }) => index < lastAbove(frame, replaced, last)),
  );
}

/** The last list that replaces an array or object, or one that it is in; -1 for none. */
function lastAbove(frame: Frame, replaced: ReadonlyMap<Frame, ReadonlyMap<Frame["key"], number>>, known: Map<Frame, number>): number {
  const path: Frame[] = [];
  let at: Frame | undefined = frame;
  for (; at !== undefined && !known.has(at); at = at.up) path.push(at);
  let last = at === undefined ? -1 : (known.get(at) as number);
  for (let next = path.pop(); next !== undefined; next = path.pop()) {
    last = Math.max(last, (next.up && replaced.get(next.up)?.get(next.ownKey)) ?? -1);
    known.set(next, last);
  }
  return last;
}

/** Places with few keys in their paths first, and otherwise in the order in which they are. */
function byDepth(places: readonly Place[]): readonly Place[] {
  const depths: Place[][] = [];
  for (const place of places) {
    const { depth } = place.frame;
    depths[depth] ??= [];
    depths[depth].push(place);
  }
  return depths.flat();
}

function listText(places: readonly Place[]): string {
  return places.length === 0 ? "[]" : `["${places.map(({ path }) => path).join('","')}"]`;
}
