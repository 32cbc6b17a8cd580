import type { NodeRow, Snapshot } from "../../../src/inspector/inspection.ts";
import { toMake } from "../../frame/navigation.ts";
import { formatCount, formatNumber } from "../../parts/format.ts";
import { type Form, formOf, wordOf } from "../../parts/status.ts";

/** How many assets stand how: for the head of the overview. */
export interface SummaryPart {
  readonly form: Form;
  readonly text: string;
  /** The same with its word. */
  readonly label: string;
}

const order: readonly NodeRow["status"][] = ["UpToDate", "Running", "Stale", "Partial", "Failed", "Unrecorded", "Missing"];

export function summaryOf({ nodes }: Pick<Snapshot, "nodes">): readonly SummaryPart[] {
  const assets = nodes.filter(({ kind }) => kind === "asset");
  return order.flatMap((status) => {
    const those = assets.filter((node) => node.status === status);
    if (those.length === 0) return [];
    const lacking = those.reduce((sum, node) => sum + toMake(node), 0);
    const text = status === "Partial" ? formatCount(lacking, "partition") : formatNumber(those.length);
    return [{ form: formOf(status), text, label: `${wordOf(status)}: ${status === "Partial" ? `${text} to make` : text}` }];
  });
}

/** The assets that a run would make anew or for the first time, in the order of the snapshot. */
export function needing({ nodes }: Pick<Snapshot, "nodes">): readonly string[] {
  const needs = new Set<NodeRow["status"]>(["Failed", "Stale", "Partial", "Missing"]);
  return nodes.filter(({ kind, status }) => kind === "asset" && needs.has(status)).map(({ name }) => name);
}

/** Whether nothing was ever materialized or tried. That the data of others was looked at does not count. */
export const isFirstVisit = ({ nodes, runs }: Pick<Snapshot, "nodes" | "runs">): boolean =>
  runs.every(({ kind }) => kind === "observe") &&
  nodes.some(({ kind }) => kind === "asset") &&
  nodes.every(({ kind, latest }) => kind !== "asset" || latest === undefined);
