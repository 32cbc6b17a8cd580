/** Kills a process at random moments while it writes to a LocalStore, and checks what it left behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { LocalStore } from "../../../src/object-store/local/index.ts";
import { Judge } from "./judge.ts";
import { type Key, keys } from "./plan.ts";
import { lookAt } from "./writes.ts";

/** The longest time between the first write of a process and its kill. */
const longestMs = 150;

/** Kills so many processes, one after the other, over the same folder. */
export async function killLocal(kills: number, random: () => number): Promise<Judge> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-kill-"));
  const judge = new Judge();
  try {
    while (judge.kills < kills) {
      const firsts = JSON.stringify(keys.map((key) => judge.version(key) + 1));
      const writer = spawn(
        process.execPath,
        ["--conditions=edgewater-source", join(import.meta.dirname, "local-writer.ts"), folder, firsts],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      const told = text(writer.stdout);
      const ended = once(writer, "exit");
      await Promise.race([once(writer.stdout, "data"), ended]);
      await new Promise((resolve) => setTimeout(resolve, random() * longestMs));
      if (!writer.kill("SIGKILL")) throw new Error("The writer died by itself");
      // A process may outlive its output, and what it has left is not swept while it is there.
      await ended;
      for (const line of (await told).trim().split("\n")) {
        const [key, version] = line.split(" ");
        judge.acknowledge(key as Key, Number(version));
      }
      judge.kills++;
      judge.judge(await lookAt(new LocalStore(folder)));
    }
    const store = new LocalStore(folder);
    await store.put("last", "x");
    await store.delete([...keys, "last"]);
    const left = (await readdir(folder, { recursive: true })).filter((each) => ![".tmp~", ".meta~"].includes(each));
    if (left.length > 0) judge.problems.push(`leaves ${left}`);
    return judge;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
