import type { Inspection, Preview } from "../../../../src/inspector/inspection.ts";
import { nextTask } from "../../../state/next-task.ts";
import type { Question } from "../../../state/resources.ts";
import { previewQuestion, type ValueOf } from "./query.ts";

type Table = Extract<Preview, { readonly kind: "table" }>;

/** As many rows are drawn as points. */
export const maximumPoints = 10_000;
const perRequest = 1_000;

/** All rows that are found, as far as a map draws them; undefined when the value is no table any more. */
export function mapQuestion(inspection: Inspection, of: ValueOf, find: string): Question<Table | undefined> {
  const page = (from: number) => previewQuestion(inspection, of, { rows: [from, from + perRequest], ...(find !== "" && { find }) });
  return {
    ...page(0),
    key: `map ${page(0).key}`,
    load: async (signal) => {
      const rows: Table["rows"][number][] = [];
      let first: Table | undefined;
      for (let from = 0; from < maximumPoints; from += perRequest) {
        const table = await page(from).load(signal);
        await nextTask();
        if (table.kind !== "table") return undefined;
        first ??= table;
        rows.push(...table.rows);
        if (table.rows.length === 0 || rows.length >= table.total) break;
      }
      return first && { ...first, rows };
    },
  };
}
