/** The whole campaign: every write, killed and failed at every call, with and without fsync. */
import { operations } from "./operations.ts";
import { killWriters } from "./records.ts";
import { sweep } from "./sweep.ts";

for (const name of Object.keys(operations)) {
  for (const how of ["kill", "fail"] as const) {
    for (const fsync of [false, true]) console.log(`${name}, ${how}${fsync ? ", fsync" : ""}: ${await sweep(name, how, fsync)} calls`);
  }
}

console.log(`records, kill: ${await killWriters(100)} batches were acknowledged by 100 writers, and every one is there`);
