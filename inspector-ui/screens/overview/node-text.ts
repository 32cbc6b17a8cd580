import type { AttentionRow, NodeRow } from "../../../src/inspector/inspection.ts";
import { toMake } from "../../frame/navigation.ts";
import { formatBytes, formatCount, formatNumber } from "../../parts/format.ts";
import { wordOf } from "../../parts/status.ts";
import type { Live } from "../../state/apply.ts";

/** What a card says below the name of a node. */
export interface NodeText {
  readonly what: string;
  /** When it was made or looked at. */
  readonly at?: number;
  /** How far it is, from 0 to 1, while it is made. */
  readonly done?: number;
}

/** The steps that are being made, by their name: how far each is. */
export function progressBySteps(live: Live): ReadonlyMap<string, number> {
  const steps = new Map<string, number>();
  for (const [key, { done, total }] of live.progress) {
    if (total > 0) steps.set(key.slice(key.indexOf("\n") + 1), Math.min(1, done / total));
  }
  return steps;
}

/** The worst that needs attention of each asset. */
export function attentionByAsset(attention: readonly AttentionRow[]): ReadonlyMap<string, AttentionRow> {
  const rows = new Map<string, AttentionRow>();
  for (const row of attention) if (row.asset !== undefined && !rows.has(row.asset)) rows.set(row.asset, row);
  return rows;
}

export function textOf(node: NodeRow, progress: ReadonlyMap<string, number>, attention: ReadonlyMap<string, AttentionRow>): NodeText {
  const at = node.latest === undefined ? {} : { at: node.latest.at };
  if (node.kind === "task") return { what: "task" };
  switch (node.status) {
    case "Running": {
      const done = progress.get(node.step) ?? progress.get(node.name);
      return done === undefined ? { what: "running" } : { what: `running, ${Math.floor(done * 100)} %`, done };
    }
    case "Failed":
      return { what: attention.get(node.name)?.what ?? "failed", ...at };
    case "Unrecorded":
      return { what: "not recorded", ...at };
    case "Stale":
      return { what: causeOf(node), ...at };
    case "Missing":
      return { what: node.counts === undefined ? "never materialized" : formatCount(node.counts.total, "partition") };
    default:
      return { what: amountOf(node), ...at };
  }
}

/** How much a node has: partitions, rows or bytes; else its kind or its status. */
export function amountOf(node: NodeRow): string {
  if (node.counts !== undefined)
    return `${formatNumber(node.counts.total - toMake(node) - node.counts.running)} of ${formatNumber(node.counts.total)}`;
  const size = node.latest?.size;
  if (size !== undefined) return size.name === "rows" ? formatCount(size.value, "row") : formatBytes(size.value);
  return node.kinds[0] ?? (node.kind === "external" ? "external" : wordOf(node.status).toLowerCase());
}

function causeOf({ causes }: NodeRow): string {
  const cause = causes[0];
  if (cause === undefined) return "stale";
  switch (cause.kind) {
    case "code-version":
      return "code changed";
    case "value-missing":
      return "value is gone";
    case "value-replaced":
      return "value was replaced";
    case "value-unrecorded":
      return "not recorded";
    case "upstream-stale":
      return `${cause.upstream ?? "an input"} is stale`;
    default:
      return `${cause.upstream ?? "an input"} changed`;
  }
}

/** What a link to a node is called: its name, kind, status and what its card says. */
export function labelOf(node: NodeRow, text: NodeText): string {
  return node.kind === "task" ? `${node.name}, task` : `${node.name}, ${node.kind}, ${wordOf(node.status)}, ${text.what}`;
}

/** What the card of a node says before anything was materialized. */
export function ghostText(node: NodeRow): NodeText {
  if (node.counts !== undefined) return { what: formatCount(node.counts.total, "partition") };
  return { what: node.kind === "external" ? (node.kinds[0] ?? "external") : node.kind === "task" ? "task" : "not materialized" };
}
