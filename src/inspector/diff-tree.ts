/** What has changed between two values that are neither tables nor texts. */
import type { ValueDiff } from "./inspection.ts";
import { type Shown, show } from "./show.ts";

/** How much of each value is compared. */
const limits = { depth: 30, members: 10_000, text: 2000, total: 2_000_000 };

type Change = Extract<ValueDiff, { readonly kind: "tree" }>["changes"][number];

/** The members that differ, by their paths. */
export function diffTrees(from: unknown, to: unknown, limit: number): ValueDiff {
  const [before, after] = [show(from, limits), show(to, limits)];
  const changes: Change[] = [];
  let isCut = isPartial(before) || isPartial(after);
  const pairs: { readonly path: string; readonly from: Shown | undefined; readonly to: Shown | undefined }[] = [
    { path: "$", from: before, to: after },
  ];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    if (JSON.stringify(pair.from) === JSON.stringify(pair.to)) continue;
    const [one, other] = [membersOf(pair.from), membersOf(pair.to)];
    if (one === undefined || other === undefined || one.tag !== other.tag) {
      if (changes.length === limit) {
        isCut = true;
        break;
      }
      changes.push({
        path: pair.path,
        ...(pair.from !== undefined && { from: short(pair.from) }),
        ...(pair.to !== undefined && { to: short(pair.to) }),
      });
      continue;
    }
    const keys = [...new Set([...other.members.keys(), ...one.members.keys()])].reverse();
    for (const key of keys) pairs.push({ path: pathOf(pair.path, key, one.tag), from: one.members.get(key), to: other.members.get(key) });
  }
  if (changes.length === 0 && !isCut) return { kind: "same" };
  return { kind: "tree", changes, isCut };
}

function membersOf(shown: Shown | undefined): { readonly tag: string; readonly members: ReadonlyMap<string, Shown> } | undefined {
  if (typeof shown !== "object" || shown === null || !("of" in shown) || shown.$ === "cut" || shown.isDeep) return undefined;
  const members = new Map(shown.of.map(([key, value]) => [typeof key === "string" ? key : JSON.stringify(key), value]));
  return { tag: `${shown.$} ${shown.name ?? ""}`, members };
}

/** Whether something is not shown, so that it was not compared. */
function isPartial(root: Shown): boolean {
  const open = [root];
  for (let shown = open.pop(); shown !== undefined; shown = open.pop()) {
    if (typeof shown !== "object" || shown === null) continue;
    if (shown.$ === "cut") return true;
    if (!("of" in shown)) continue;
    if (shown.isDeep || shown.of.length < shown.size) return true;
    for (const [key, value] of shown.of) open.push(key, value);
  }
  return false;
}

function pathOf(parent: string, key: string, tag: string): string {
  return tag.startsWith("array") || tag.startsWith("set") || !/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)
    ? `${parent}[${key}]`
    : `${parent}.${key}`;
}

/** A value without most of its members, for a list of changes. */
function short(shown: Shown): Shown {
  if (typeof shown !== "object" || shown === null || !("of" in shown) || shown.$ === "cut") return shown;
  return {
    ...shown,
    of: shown.of
      .slice(0, 3)
      .map(([key, value]) => [
        key,
        typeof value === "object" && value !== null && "of" in value && value.$ !== "cut"
          ? { ...value, of: [], isDeep: true as const }
          : value,
      ]),
  };
}
