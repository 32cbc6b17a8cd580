/** What has changed between two texts, line by line. */
import type { ValueDiff } from "./inspection.ts";

/** How many unchanged lines are shown around changes. */
const context = 3;
/** How many changed lines are searched for the smallest difference; beyond, the rest counts as replaced. */
const mostChanges = 1000;

type Line = Extract<ValueDiff, { readonly kind: "lines" }>["lines"][number];

/** The lines that were removed and added, each group with the lines around it. Lines between groups are left out. */
export function diffLines(from: string, to: string, limit: number): ValueDiff {
  const [before, after] = [from.split(/\r?\n/), to.split(/\r?\n/)];
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const [middle, isWhole] = shortestEdit(before.slice(start, before.length - end), after.slice(start, after.length - end));
  if (middle.length === 0) return { kind: "same" };
  const same = (text: string): Line => ({ sign: " ", text });
  const lines = [
    ...before.slice(Math.max(0, start - context), start).map(same),
    ...withoutFarLines(middle),
    ...before.slice(before.length - end, Math.min(before.length, before.length - end + context)).map(same),
  ];
  return { kind: "lines", lines: lines.slice(0, limit), isCut: !isWhole || lines.length > limit };
}

/** Leaves out unchanged lines that are far from every change. */
function withoutFarLines(lines: readonly Line[]): readonly Line[] {
  const isNear = new Uint8Array(lines.length);
  for (const [index, { sign }] of lines.entries()) {
    if (sign === " ") continue;
    for (let near = Math.max(0, index - context); near <= Math.min(lines.length - 1, index + context); near++) isNear[near] = 1;
  }
  return lines.filter((_, index) => isNear[index] === 1);
}

/** The shortest edit from one list of lines to another, by Myers' algorithm; and whether it was found. */
function shortestEdit(before: readonly string[], after: readonly string[]): readonly [lines: readonly Line[], isWhole: boolean] {
  const most = Math.min(before.length + after.length, mostChanges);
  /** For each number of changes: the furthest position in `before` on each diagonal. */
  const traces: Int32Array[] = [];
  const width = 2 * most + 3;
  let furthest = new Int32Array(width);
  for (let changes = 0; changes <= most; changes++) {
    traces.push(furthest.slice());
    for (let diagonal = -changes; diagonal <= changes; diagonal += 2) {
      const at = diagonal + most + 1;
      const isDown = diagonal === -changes || (diagonal !== changes && (furthest[at - 1] ?? 0) < (furthest[at + 1] ?? 0));
      let position = isDown ? (furthest[at + 1] ?? 0) : (furthest[at - 1] ?? 0) + 1;
      while (position < before.length && position - diagonal < after.length && before[position] === after[position - diagonal]) position++;
      furthest[at] = position;
      if (position >= before.length && position - diagonal >= after.length) return [backtrack(before, after, traces, most), true];
    }
    furthest = furthest.slice();
  }
  return [[...before.map((text): Line => ({ sign: "-", text })), ...after.map((text): Line => ({ sign: "+", text }))], false];
}

function backtrack(before: readonly string[], after: readonly string[], traces: readonly Int32Array[], most: number): readonly Line[] {
  const lines: Line[] = [];
  let [position, other] = [before.length, after.length];
  for (let changes = traces.length - 1; changes >= 0; changes--) {
    const furthest = traces[changes] as Int32Array;
    const diagonal = position - other;
    const at = diagonal + most + 1;
    const isDown = diagonal === -changes || (diagonal !== changes && (furthest[at - 1] ?? 0) < (furthest[at + 1] ?? 0));
    const previous = isDown ? diagonal + 1 : diagonal - 1;
    const from = changes === 0 ? 0 : (furthest[previous + most + 1] ?? 0);
    while (position > Math.max(0, changes === 0 ? 0 : isDown ? from : from + 1) && other > 0 && before[position - 1] === after[other - 1]) {
      lines.push({ sign: " ", text: before[--position] as string });
      other--;
    }
    if (changes === 0) break;
    if (isDown) lines.push({ sign: "+", text: after[--other] as string });
    else lines.push({ sign: "-", text: before[--position] as string });
  }
  return lines.reverse();
}
