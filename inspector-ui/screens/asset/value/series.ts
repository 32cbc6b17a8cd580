import type { Shown } from "../../../../src/inspector/show.ts";
import { isGroup, keyText } from "./shown-text.ts";

/** Numbers by name, such as those of a map from days to counts. */
export interface Series {
  /** Which number of each entry it is; undefined when the entries are numbers. */
  readonly of: string | undefined;
  readonly entries: readonly (readonly [label: string, value: number])[];
}

const least = 2;

/** The numbers of a map, an object or a list, or the first number that every entry has. Undefined when it is no series. */
export function seriesOf(root: Shown): Series | undefined {
  if (!isGroup(root) || (root.$ !== "map" && root.$ !== "object" && root.$ !== "array" && root.$ !== "typed")) return undefined;
  if (root.of.length < least) return undefined;
  const direct = root.of.flatMap(([key, value]) => (typeof value === "number" ? [[keyText(key), value] as const] : []));
  if (direct.length === root.of.length) return { of: undefined, entries: direct };
  const [, first] = root.of[0] ?? [];
  if (first === undefined || !isGroup(first) || first.$ !== "object") return undefined;
  for (const [member, value] of first.of) {
    if (typeof value !== "number" || typeof member !== "string") continue;
    const entries = root.of.flatMap(([key, each]) => {
      const number = isGroup(each) ? each.of.find(([name]) => name === member)?.[1] : undefined;
      return typeof number === "number" ? [[keyText(key), number] as const] : [];
    });
    if (entries.length === root.of.length) return { of: member, entries };
  }
  return undefined;
}

/** How much all labels begin with in common, up to a sign that divides: the year of days. */
export function commonStart(labels: readonly string[]): number {
  const [first = "", ...others] = labels;
  if (others.length === 0) return 0;
  let length = 0;
  while (length < first.length && others.every((label) => label[length] === first[length])) length += 1;
  const common = first.slice(0, length);
  // "2018-0" of days in two months is cut after the year.
  return Math.max(common.indexOf("-"), common.lastIndexOf("/"), common.lastIndexOf(" ")) + 1;
}
