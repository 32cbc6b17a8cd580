/** The leg of Deno, Bun and Node, with records in SQLite: reads the leg as JSON from its standard input, and prints the report. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stdin } from "node:process";
import { text } from "node:stream/consumers";
import { Storage } from "edgewater";
import { type Leg, runLeg } from "./leg.ts";

const folder = await mkdtemp(join(tmpdir(), "edgewater-relay-"));
try {
  const report = await runLeg(JSON.parse(await text(stdin)) as Leg, () => Storage.embedded(folder));
  console.log(JSON.stringify(report));
} finally {
  await rm(folder, { recursive: true });
}
