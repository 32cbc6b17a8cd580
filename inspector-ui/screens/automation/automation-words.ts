/** What the screen of automation says, and its trees as rows. */
import type { AutomationView, ConditionView } from "../../../src/inspector/inspection.ts";
import type { TickRecord } from "../../../src/storage/records.ts";
import { formatCount, formatNumber } from "../../parts/format.ts";
import type { Form } from "../../parts/status.ts";

/** A part of a condition with how deep it lies. */
export interface ConditionRow {
  readonly condition: ConditionView;
  readonly depth: number;
  /** Whether it is about another asset than the part that it belongs to. */
  readonly isElsewhere: boolean;
  /** Its place among the rows, as the list needs a key. */
  readonly key: string;
}

/** A tree as rows, each part after the one that it belongs to. Without recursion: a condition may be deep. */
export function rowsOf(root: ConditionView): readonly ConditionRow[] {
  const rows: ConditionRow[] = [];
  const pending: ConditionRow[] = [{ condition: root, depth: 0, isElsewhere: false, key: "0" }];
  for (let row = pending.pop(); row !== undefined; row = pending.pop()) {
    rows.push(row);
    const { condition, depth, key } = row;
    for (let index = condition.parts.length - 1; index >= 0; index--) {
      const part = condition.parts[index] as ConditionView;
      pending.push({ condition: part, depth: depth + 1, isElsewhere: part.asset !== condition.asset, key: `${key}.${index}` });
    }
  }
  return rows;
}

/** What stands at the right of a part: the fact, else how many partitions it holds for. */
export function factOf({ fact, partitions, isTrue }: ConditionView): string {
  if (fact !== undefined) return withShortVersions(fact);
  return isTrue && partitions !== undefined && partitions > 1 ? formatCount(partitions, "partition") : "";
}

/** A text in which versions have as many digits as they have elsewhere. */
const withShortVersions = (text: string): string => text.replace(/\b(?:sha256:)?([0-9a-f]{8})[0-9a-f]{24,}\b/g, "$1");

const words: Readonly<Record<string, string>> = { and: "all of", or: "any of" };

/** What a part is called: operators in words. */
export const labelOf = ({ label }: ConditionView): string => words[label] ?? label;

/** How many runs the conditions ask for: `asks for 2 runs`. */
export function askedFor({ requests }: Pick<AutomationView, "requests">): string {
  return requests.length === 0 ? "nothing to run" : `asks for ${formatCount(requests.length, "run")}`;
}

/** One evaluation of the past. Its detail was written by some version of the library: nothing of it is certain. */
export function tickText({ status, detail }: TickRecord): { readonly form: Form; readonly text: string } {
  const { fired, error } = (typeof detail === "object" && detail !== null ? detail : {}) as { fired?: unknown; error?: unknown };
  if (status === "Failed") return { form: "fail", text: typeof error === "string" && error !== "" ? `Failed: ${error}` : "Failed" };
  if (status === "Skipped") return { form: "no", text: "Nothing to do" };
  const names = Array.isArray(fired)
    ? fired.flatMap((each: { asset?: unknown } | null) => (typeof each?.asset === "string" ? [each.asset] : []))
    : [];
  if (names.length === 0) return { form: "ok", text: "Asked for a run" };
  return { form: "ok", text: names.length <= 2 ? `Asked for ${names.join(" and ")}` : `Asked for ${formatNumber(names.length)} assets` };
}
