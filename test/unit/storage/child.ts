/**
 * Another process with the same Storage: `count <times>` increments a counter by compare-and-set; `write` commits until it is
 * killed, and prints the first event and the number of each batch that was committed; `lock` locks the file and prints a line; `migrate`
 * migrates it.
 */
import { writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Storage } from "../../../src/storage/storage.ts";
import { made } from "../../../src/testing/storage/check.ts";

const [folder = "", what = "", times = ""] = process.argv.slice(2);
const print = (text: string): void => void writeSync(1, `${text}\n`);

if (what === "lock") {
  const database = new DatabaseSync(`${folder}/records.sqlite`);
  database.exec("BEGIN IMMEDIATE");
  print("locked");
  // The garbage collector would close an unused connection and release its lock.
  setInterval(() => database.isOpen, 1000);
} else if (what === "migrate") await Storage.migrate(folder);
else {
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
    print(`${first?.id} ${index}`);
  }
}
