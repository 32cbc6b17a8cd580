import type { InspectedStatus, NodeRow, Snapshot } from "../../../src/inspector/inspection.ts";
import type { Box } from "../../../src/inspector/layered.ts";

/** A card of the graph: a node, or a group of many that is drawn as one. */
export type GraphItem = { readonly kind: "node"; readonly key: string; readonly node: NodeRow } | GroupItem;

export interface GroupItem {
  readonly kind: "group";
  readonly key: string;
  readonly name: string;
  readonly count: number;
  /** The worst status of its nodes. */
  readonly status: InspectedStatus;
  /** How many of its nodes need something. */
  readonly lacking: number;
}

export interface GraphModel {
  readonly items: readonly GraphItem[];
  readonly boxes: readonly Box[];
  /** Positions in `items`, each pair once. */
  readonly edges: readonly (readonly [from: number, to: number])[];
  /** Whether groups are drawn as one card. */
  readonly isCollapsed: boolean;
}

/** Above this many nodes, groups are drawn as one card each. */
export const collapseAbove = 1_000;

const worst: readonly InspectedStatus[] = ["Failed", "Running", "Partial", "Stale", "Unrecorded", "Missing", "UpToDate", "Observed"];
const isFine = (status: InspectedStatus): boolean => status === "UpToDate" || status === "Observed" || status === "Running";

export const groupName = (node: NodeRow): string => node.group ?? "no group";

/** What is drawn of a repository; `open` is the group whose nodes are shown though others are collapsed. */
export function graphModel({ nodes, edges }: Pick<Snapshot, "nodes" | "edges">, open?: string): GraphModel {
  if (nodes.length <= collapseAbove) {
    const items = nodes.map((node): GraphItem => ({ kind: "node", key: node.name, node }));
    return { items, boxes: items.map(boxOf), edges: edges.map(([from, to]) => [from, to]), isCollapsed: false };
  }
  const items: GraphItem[] = [];
  const groups = new Map<string, { position: number; members: NodeRow[] }>();
  const itemOf = nodes.map((node) => {
    const name = groupName(node);
    if (name === open) return items.push({ kind: "node", key: node.name, node }) - 1;
    const found = groups.get(name);
    if (found !== undefined) {
      found.members.push(node);
      return found.position;
    }
    // Its place is kept until all of its members are known.
    const position = items.push({ kind: "node", key: node.name, node }) - 1;
    groups.set(name, { position, members: [node] });
    return position;
  });
  for (const [name, { position, members }] of groups) items[position] = groupItem(name, members);
  return { items, boxes: items.map(boxOf), edges: distinct(edges, itemOf), isCollapsed: true };
}

function groupItem(name: string, members: readonly NodeRow[]): GroupItem {
  const statuses = new Set(members.map(({ status }) => status));
  return {
    kind: "group",
    key: `group ${name}`,
    name,
    count: members.length,
    status: worst.find((status) => statuses.has(status)) ?? "UpToDate",
    lacking: members.filter(({ status }) => !isFine(status)).length,
  };
}

function distinct(edges: Snapshot["edges"], itemOf: readonly number[]): readonly (readonly [number, number])[] {
  const seen = new Set<number>();
  const result: (readonly [number, number])[] = [];
  for (const [from, to] of edges) {
    const left = itemOf[from];
    const right = itemOf[to];
    if (left === undefined || right === undefined || left === right) continue;
    const edge = left * itemOf.length + right;
    if (seen.has(edge)) continue;
    seen.add(edge);
    result.push([left, right]);
  }
  return result;
}

/** The size of a card: by its kind and the length of its name, never by its status, so that nothing moves while things happen. */
function boxOf(item: GraphItem): Box {
  const name = item.kind === "group" ? item.name : item.node.name;
  const wide = (least: number, beside: number): number => Math.min(260, Math.max(least, Math.ceil(name.length * 7.6) + beside));
  if (item.kind === "group") return { width: wide(164, 50), height: 54 };
  if (item.node.kind === "task") return { width: wide(100, 32), height: 34 };
  return { width: wide(item.node.kind === "external" ? 124 : 148, 46), height: 54 };
}

/** How an edge is drawn: as what it leads to stands because of it. */
export function wireForm(from: GraphItem, to: GraphItem): "" | "stale" | "run" | "fail" {
  if (to.kind === "group" || from.kind === "group") return "";
  switch (to.node.status) {
    case "Running":
      return "run";
    case "Failed":
      return "fail";
    case "Stale":
      return to.node.causes.some(({ upstream }) => upstream === from.node.name) ? "stale" : "";
    default:
      return "";
  }
}
