/** Three million flights in a Delta table: a partition for each month, late reports merged into it, and the airports' delays. */
import { asset, input, PartitionMapping, staticPartitions } from "edgewater";
import { type Batch, columns, type DeltaIOHandler, rows, tableSchema } from "edgewater/delta";
import { flightsOf, months, schema } from "./source.ts";

/** How late the flights of an airport depart. */
export interface Airport {
  readonly airport: string;
  readonly departures: number;
  /** Minutes. */
  readonly meanDelay: number;
}

/** So many flights have a late report. */
const reports = 10_000;

/** The assets, with the handler of their table. */
export function pipeline(lake: DeltaIOHandler) {
  const flights = asset(
    {
      name: "flights",
      ioHandler: lake,
      partitions: staticPartitions(months),
      typeHint: rows(schema),
      metadata: { "delta/partition_expr": "month" },
    },
    (_, { partitionKey }): AsyncIterable<Batch> => flightsOf(partitionKey),
  );
  const lateReports = asset(
    {
      name: "lateReports",
      ioHandler: lake,
      typeHint: rows(tableSchema({ id: "long not null", month: "string not null", delay: "integer" })),
      metadata: { "delta/mode": "merge", "delta/root_name": "flights" },
    },
    // Every 50th flight of the last month departed an hour later than was known.
    async () => {
      const late: { id: bigint; month: string; delay: number }[] = [];
      for await (const { rowCount, columns: values } of flightsOf("2001-06")) {
        const [ids, , , delays] = values as readonly ArrayLike<bigint | number>[];
        for (let row = 0; row < rowCount && late.length < reports; row += 50)
          late.push({ id: ids?.[row] as bigint, month: "2001-06", delay: Number(delays?.[row]) + 60 });
      }
      return late;
    },
  );
  const airports = asset(
    {
      name: "airports",
      inputs: {
        flights: input(flights, {
          partitionMapping: PartitionMapping.all(),
          typeHint: columns(),
          metadata: { "delta/columns": '["origin","delay"]' },
        }),
      },
    },
    async ({ flights: loaded }): Promise<readonly Airport[]> => {
      const sums = new Map<string, { departures: number; delay: number }>();
      for await (const [, { origin = [], delay = [] }] of loaded) {
        for (let row = 0; row < origin.length; row++) {
          const name = String(origin[row]);
          const sum = sums.get(name) ?? { departures: 0, delay: 0 };
          sum.departures++;
          sum.delay += Number(delay[row]);
          sums.set(name, sum);
        }
      }
      const all = [...sums].map(([airport, { departures, delay }]) => ({ airport, departures, meanDelay: delay / departures }));
      return all.filter(({ departures }) => departures >= 10_000).sort((left, right) => right.meanDelay - left.meanDelay);
    },
  );
  return { flights, lateReports, airports };
}
