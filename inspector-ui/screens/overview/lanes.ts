/** A row of the list of a graph: its item, and the column at the left in which its line runs down. */
export interface LaneRow {
  /** Position of the item in the graph. */
  readonly item: number;
  readonly lane: number;
  /** The last row that it leads to; its own row when it leads to none. */
  readonly last: number;
}

export interface Lanes {
  readonly rows: readonly LaneRow[];
  /** By item: its row. */
  readonly rowOf: readonly number[];
  /** How many columns there are. */
  readonly width: number;
}

/** More lines than this share the last column: a list is for a narrow screen. */
const maximumLanes = 10;

/**
 * Gives each item a row in order of dependency, and a lane that is its own from its row to the last row that it leads to.
 * `order` has the items from the left of the graph to its right.
 */
export function lanesOf(order: readonly number[], edges: readonly (readonly [from: number, to: number])[]): Lanes {
  const rowOf: number[] = [];
  for (const [row, item] of order.entries()) rowOf[item] = row;
  const last = order.map((_, row) => row);
  for (const [from, to] of edges) {
    const row = rowOf[from];
    const end = rowOf[to];
    if (row !== undefined && end !== undefined) last[row] = Math.max(last[row] ?? row, end);
  }
  const busyUntil: number[] = [];
  const rows = order.map((item, row): LaneRow => {
    const end = last[row] ?? row;
    let lane = busyUntil.findIndex((until) => until <= row);
    if (lane < 0) lane = Math.min(busyUntil.length, maximumLanes - 1);
    busyUntil[lane] = Math.max(end, busyUntil[lane] ?? 0);
    return { item, lane, last: end };
  });
  return { rows, rowOf, width: busyUntil.length };
}
