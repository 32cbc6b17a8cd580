import { isIndex } from "./keys.ts";

/** Where a shared object was found. */
export interface Place {
  /** superjson's path. */
  readonly path: string;
  /** How many keys it has. */
  readonly length: number;
  /** superjson could not put an object there without changing something else. */
  readonly isFragile: boolean;
}

/** The places of one object, in the order in which they were written. */
export interface Shared {
  readonly places: readonly Place[];
  /** A bigint or NaN, whose copies are as good as itself. */
  readonly isValue: boolean;
}

/**
 * superjson's text of which places share an object: the place with the shortest path, then the others.
 *
 * superjson applies them one after the other, so that some lists undo others, or change the order of a Set. In front of
 * such a list stands a path that it refuses, so that it throws where it would misread.
 *
 * @param found - In the order in which the first place of each was written
 * @param isOurs - There is something else that only we read
 */
export function sharedText(found: readonly Shared[], isOurs: boolean): string | undefined {
  if (found.length === 0) return undefined;
  const lists: List[] = [];
  let roots: string | undefined;
  for (const { places, isValue } of found) {
    const [representative, ...others] = [...places].sort((left, right) => left.length - right.length) as [Place, ...Place[]];
    if (representative.length === 0) roots = listText(others);
    lists.push({ first: places[0] as Place, representative, others, isValue });
  }
  // Integers come first, as in every JavaScript object.
  const rank = ({ representative: { length, path } }: List): number => (length === 0 ? -2 : length === 1 && isIndex(path) ? -1 : 0);
  lists.sort(
    (left, right) =>
      rank(left) - rank(right) || (rank(left) === -1 ? Number(left.representative.path) - Number(right.representative.path) : 0),
  );
  const entries = lists.filter(({ representative }) => representative.length > 0);
  const texts = entries.map(({ representative, others }) => `${JSON.stringify(representative.path)}:${listText(others)}`);
  if (isOurs || lists.some(({ others }) => others.some(({ isFragile }) => isFragile)) || undoes(lists)) texts.unshift('"\\\\edgewater":[]');
  const object = texts.length > 0 ? `{${texts.join(",")}}` : undefined;
  return roots === undefined ? object : object === undefined ? `[${roots}]` : `[${roots},${object}]`;
}

interface List {
  readonly first: Place;
  readonly representative: Place;
  readonly others: readonly Place[];
  readonly isValue: boolean;
}

/**
 * Whether a list is lost when it is applied: an object that was written whole at one place is replaced there by its copy
 * from a shorter path, after another list has put something into it.
 */
function undoes(lists: readonly List[]): boolean {
  const replaced = new Map<string, number>();
  for (const [index, { first, representative }] of lists.entries()) if (first !== representative) replaced.set(first.path, index);
  if (replaced.size === 0) return false;
  return lists.some(
    ({ representative, others, isValue }, index) =>
      !isValue &&
      [representative, ...others].some(({ path }) => {
        for (let dot = path.indexOf("."); dot >= 0; dot = path.indexOf(".", dot + 1))
          if (index < (replaced.get(path.slice(0, dot)) ?? -1)) return true;
        return false;
      }),
  );
}

function listText(places: readonly Place[]): string {
  return JSON.stringify(places.map(({ path }) => path));
}
