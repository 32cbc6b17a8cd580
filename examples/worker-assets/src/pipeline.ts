/** What is made of what: readings are uploaded, a total is made of those of each station, and a report of all totals. */
import { type Asset, asset, BytesIOHandler, condition, input, PartitionMapping, SuperJsonIOHandler, staticPartitions } from "edgewater";
import type { R2Store } from "edgewater/r2";

/** The totals of a station. */
interface Total {
  readonly count: number;
  readonly sum: number;
  readonly highest: number;
  /** Lines that are no reading. */
  readonly rejected: number;
}

const stations = staticPartitions(["north", "east", "south", "west"]);

/** Names of the assets that are uploaded, and of those that are made from them. */
export const uploaded = ["readings"] as const;
export const computed = ["totals", "report"] as const;

/** The assets over a store. */
export function assetsIn(store: R2Store): readonly Asset[] {
  const files = new BytesIOHandler({ store, prefix: "v1", as: "stream", extension: "csv" });
  const values = new SuperJsonIOHandler({ store, prefix: "v1" });

  /** Lines of `time,value`. A file of any size goes through as a stream. */
  const readings = asset({ name: "readings", partitions: stations, ioHandler: files }, (): ReadableStream<Uint8Array> => {
    throw new Error("Readings are uploaded with PUT /assets/readings?partition=<station>");
  });

  const totals = asset(
    {
      name: "totals",
      inputs: { readings },
      partitions: stations,
      ioHandler: values,
      codeVersion: "1",
      automationCondition: condition.eager(),
    },
    ({ readings }) => total(readings),
  );

  const report = asset(
    {
      name: "report",
      inputs: { totals: input(totals, { partitionMapping: PartitionMapping.all(), missing: "skip" }) },
      ioHandler: values,
      codeVersion: "1",
      automationCondition: condition.eager(),
    },
    async ({ totals }, { log }) => {
      const byStation = await totals.toMap();
      log.info(`${byStation.size} stations have readings`);
      const all = [...byStation.values()];
      return { madeFrom: [...byStation.keys()], count: sum(all.map(({ count }) => count)), sum: sum(all.map((each) => each.sum)) };
    },
  );
  return [readings, totals, report];
}

/** Reads line by line: a Worker has 128 MB, and the file may be larger. */
async function total(readings: ReadableStream<Uint8Array>): Promise<Total> {
  let [count, all, highest, rejected] = [0, 0, Number.NEGATIVE_INFINITY, 0];
  for await (const line of linesOf(readings)) {
    const value = /^[^,]+,(-?\d+(?:\.\d+)?)$/.exec(line)?.[1];
    if (value === undefined) rejected++;
    else {
      count++;
      all += Number(value);
      highest = Math.max(highest, Number(value));
    }
  }
  return { count, sum: all, highest, rejected };
}

/** A line that is longer than this is cut, so that a file without line ends does not fill the memory. */
const longestLine = 1000;

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = (lines.pop() ?? "").slice(0, longestLine);
    for (const line of lines) if (line !== "") yield line;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}

function sum(values: readonly number[]): number {
  return values.reduce((whole, each) => whole + each, 0);
}
