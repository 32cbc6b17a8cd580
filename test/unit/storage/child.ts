/**
 * Another process with the same records: `count <times>` adds to a counter by compare-and-set; `write` commits until it is
 * killed, and prints each event that was acknowledged; `lock` keeps the file locked, and says so.
 */
import { writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Storage } from "../../../src/storage/storage.ts";
import { made } from "../../../src/testing/storage/check.ts";

const [folder = "", what = "", times = ""] = process.argv.slice(2);
const say = (text: string): void => void writeSync(1, `${text}\n`);

if (what === "lock") {
  const database = new DatabaseSync(`${folder}/records.sqlite`);
  database.exec("BEGIN IMMEDIATE");
  say("locked");
  // An unused connection would be collected, and its lock with it.
  setInterval(() => database.isOpen, 1000);
} else {
  await using storage = await Storage.embedded(folder);
  if (what === "count") {
    for (let done = 0; done < Number(times); ) {
      const before = await storage.kvGet("counter");
      const next = new Uint8Array([(before?.[0] ?? 0) + 1]);
      if (await storage.kvCompareAndSet("counter", before, next)) done++;
      await storage.commit({ events: [made(`process-${process.pid}`)] });
    }
  }
  for (let index = 0; what === "write"; index++) {
    const [first] = await storage.commit({
      events: Array.from({ length: 1 + (index % 3) }, (_, each) => made("a", { partition: String(each), dataVersion: String(index) })),
      kv: [{ key: "index", value: new TextEncoder().encode(String(index)) }],
    });
    say(`${first?.id} ${index}`);
  }
}
