/** Three million flights in a Delta table: a partition for each month, and which airports depart on time. */
import { asset, input, PartitionMapping, staticPartitions } from "edgewater";
import { type Batch, columns, type DeltaIOHandler, rows } from "edgewater/delta";
import { flightsOf, months, schema } from "./source.ts";

export interface Airport {
  readonly airport: string;
  readonly departures: number;
  readonly meanDelay: number;
}

/** The assets, with the handler of the table. */
export function pipeline(lake: DeltaIOHandler) {
  const flights = asset(
    { name: "flights", ioHandler: lake, partitions: staticPartitions(months), typeHint: rows(schema), metadata: { "delta/partition_expr": "month" } },
    (_, { partitionKey }): AsyncIterable<Batch> => flightsOf(partitionKey),
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
    async ({ flights }): Promise<readonly Airport[]> => {
      const sums = new Map<string, { departures: number; delay: number }>();
      for await (const [, { origin = [], delay = [] }] of flights) {
        for (let row = 0; row < origin.length; row++) {
          const name = String(origin[row]);
          const sum = sums.get(name) ?? { departures: 0, delay: 0 };
          sum.departures++;
          sum.delay += Number(delay[row]);
          sums.set(name, sum);
        }
      }
      return [...sums].map(([airport, { departures, delay }]) => ({ airport, departures, meanDelay: delay / departures }));
    },
  );
  return { flights, airports };
}
