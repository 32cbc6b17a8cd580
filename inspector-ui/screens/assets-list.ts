import type { NodeRow } from "../../src/inspector/inspection.ts";

export type Column = "name" | "status" | "size" | "at";
export interface AssetOrder {
  readonly column: Column;
  readonly isDown: boolean;
}

const severity: readonly NodeRow["status"][] = ["Failed", "Running", "Partial", "Stale", "Unrecorded", "Missing", "UpToDate", "Observed"];

/** The assets with a text in their name, group, kind or tags, in an order. Tasks keep no value and are left out. */
export function listAssets(nodes: readonly NodeRow[], find: string, order: AssetOrder): readonly NodeRow[] {
  const text = find.trim().toLowerCase();
  const found = nodes.filter(
    (node) => node.kind !== "task" && (text === "" || wordsOf(node).some((word) => word.toLowerCase().includes(text))),
  );
  const sign = order.isDown ? -1 : 1;
  return found.sort((left, right) => sign * compare(left, right, order.column) || compare(left, right, "name"));
}

const wordsOf = ({ name, group, kind, kinds, tags, status }: NodeRow): readonly string[] => [
  name,
  kind,
  status,
  ...(group === undefined ? [] : [group]),
  ...kinds,
  ...Object.entries(tags).map(([key, value]) => `${key}=${value}`),
];

function compare(left: NodeRow, right: NodeRow, column: Column): number {
  switch (column) {
    case "name":
      return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
    case "status":
      return severity.indexOf(left.status) - severity.indexOf(right.status);
    case "size":
      return (left.latest?.size?.value ?? -1) - (right.latest?.size?.value ?? -1);
    case "at":
      return (left.latest?.at ?? 0) - (right.latest?.at ?? 0);
  }
}

/** The order after a press on a column. */
export const nextOrder = (order: AssetOrder, column: Column): AssetOrder =>
  order.column === column ? { column, isDown: !order.isDown } : { column, isDown: column === "at" || column === "size" };
