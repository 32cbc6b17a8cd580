import type { Inspection, Preview } from "../../../../src/inspector/inspection.ts";
import { nextTask } from "../../../state/next-task.ts";
import type { Question } from "../../../state/resources.ts";
import type { Point } from "./map-drawing.ts";
import { pointsOf } from "./points.ts";
import { previewQuestion, type ValueOf } from "./query.ts";

type Table = Extract<Preview, { readonly kind: "table" }>;

/** As many rows are drawn as points. */
export const maximumPoints = 10_000;
const perRequest = 1_000;

/** The rows that are found, as far as a map draws them. */
export interface MapRows {
  readonly points: readonly Point[];
  /** How many rows are found. */
  readonly total: number;
}

/** The question for the rows of a map; its answer is undefined when the value is no table any more. */
export function mapQuestion(inspection: Inspection, of: ValueOf, find: string): Question<MapRows | undefined> {
  const page = (from: number) => previewQuestion(inspection, of, { rows: [from, from + perRequest], ...(find !== "" && { find }) });
  return {
    ...page(0),
    key: `map ${page(0).key}`,
    load: async (signal) => {
      const points: Point[] = [];
      let first: Table | undefined;
      for (let from = 0; from < maximumPoints; from += perRequest) {
        const table = await page(from).load(signal);
        await nextTask();
        if (table.kind !== "table") return undefined;
        first ??= table;
        points.push(...pointsOf({ columns: first.columns, rows: table.rows }));
        if (table.rows.length === 0 || from + table.rows.length >= table.total) break;
      }
      return first && { points, total: first.total };
    },
  };
}
