/**
 * A process that serves the page of `examples/flights` over a table in a folder: `node flights-server.ts <folder> <port>`. A month has six
 * row groups of 10,000 flights, each from one airport. To each of four airports goes every fourth flight, 0, 10, 20 or 30 minutes late.
 */
import { join } from "node:path";
import { argv, env, stdout } from "node:process";
import { type Batch, DeltaTable } from "edgewater/delta";
import { LocalStore } from "edgewater/local";
import { createServer } from "vite";
import { schema } from "../../examples/flights/source.ts";

const [folder = "", port = "0"] = argv.slice(2);
const [origins, destinations] = [
  ["ATL", "BOS", "DEN", "SFO", "SEA", "TPA"],
  ["LAX", "JFK", "ORD", "MIA"],
];
const groupRows = 10_000;
const rowCount = origins.length * groupRows;

function batchOf(month: string): Batch {
  const rows = Array.from({ length: rowCount }, (_, row) => row);
  // Numbers that no codec makes smaller, and that the page need not read.
  const ids = BigInt64Array.from(rows, (row) => BigInt.asIntN(64, BigInt(row + 1) * 0x9e3779b97f4a7c15n));
  const columns = [
    ids,
    rows.map(() => month),
    ids,
    Int32Array.from(rows, (row) => 10 * (row % 4)),
    Int32Array.from(rows, (row) => row % 5000),
    rows.map((row) => origins[Math.floor(row / groupRows)]),
    rows.map((row) => destinations[row % 4]),
  ];
  return { schema, rowCount, columns };
}

const lake = join(folder, "lake");
await DeltaTable.write(new LocalStore(lake, { names: "plain" }), "flights", [batchOf("2001-01"), batchOf("2001-02")], {
  partitionBy: ["month"],
  writerProperties: { maxRowGroupSize: groupRows },
});
env["EDGEWATER_LAKE"] = lake;
const server = await createServer({
  configFile: join(import.meta.dirname, "../../examples/flights/vite.config.ts"),
  cacheDir: join(folder, "vite"),
  logLevel: "warn",
  // Finding a dependency late would load the page again.
  optimizeDeps: { noDiscovery: true },
  server: { host: "127.0.0.1", port: Number(port), strictPort: true },
});
await server.listen();
stdout.write("ready\n");
