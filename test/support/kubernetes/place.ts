/** Where the process that sends steps and the pods that make them share records and values, and the assets that both have. */
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asset, type Executor, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { openExecutorSuite } from "edgewater/testing";
import { reachedStorage } from "../reached.ts";

/** The name of an asset in which a kubelet would replace variables. */
export const dollars = "$(PATH) costs $$5 and $(NOTHING)";

/** A folder that is shared. */
export class Place {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async storage(): Promise<Storage> {
    await mkdir(this.folder, { recursive: true });
    return reachedStorage(await Storage.embedded(join(this.folder, "records")));
  }

  store(): LocalStore {
    return new LocalStore(join(this.folder, "values"), { reach: "anywhere" });
  }

  /** The names of the functions that were called, in their order. */
  async calls(): Promise<readonly string[]> {
    const text = await readFile(join(this.folder, "calls"), "utf8").catch(() => "");
    return text.split("\n").filter((each) => each !== "");
  }

  /** Lets the function of an asset go on. */
  async open(name: string): Promise<void> {
    await writeFile(join(this.folder, `open-${name}`), "");
  }

  /** Waits until a function was called so many times. */
  async untilCalled(name: string, times = 1): Promise<void> {
    while ((await this.calls()).filter((each) => each === name).length < times) await sleep(20);
  }

  /** The repository of the cases. */
  async repository(executor?: Executor): Promise<Repository> {
    const called = (name: string): Promise<void> => appendFile(join(this.folder, "calls"), `${name}\n`);
    const number = (name: string) =>
      asset({ name }, async () => {
        await called(name);
        return 1;
      });
    const [a, plain] = [number("a"), number("plain")];
    const after = (name: string) =>
      asset({ name, inputs: { a } }, async ({ a }) => {
        await called(name);
        return a + 1;
      });
    const [b, c] = [after("b"), after("c")];
    const d = asset({ name: "d", inputs: { b, c } }, async ({ b, c }) => {
      await called("d");
      return b + c;
    });
    const gated = asset({ name: "gated" }, async () => {
      await called("gated");
      while (!existsSync(join(this.folder, "open-gated"))) await sleep(20);
      return 1;
    });
    const behind = asset({ name: "behind", inputs: { gated } }, ({ gated }) => gated + 1);
    const broken = asset({ name: "broken" }, (): number => {
      throw new TypeError("no such column", { cause: new RangeError("row 7") });
    });
    const odd = asset({ name: dollars }, () => dollars);
    return Repository.open({
      assets: [a, b, c, d, plain, gated, behind, broken, odd],
      ioHandler: new SuperJsonIOHandler({ store: this.store() }),
      storage: await this.storage(),
      ...(executor && { executor }),
    });
  }

  /** The repository of the executor suite, as a pod opens it. */
  async suite(): Promise<Repository> {
    const die = (): Promise<never> => {
      process.kill(process.pid, "SIGKILL");
      return new Promise(() => {});
    };
    return openExecutorSuite({ storage: await this.storage(), store: this.store(), die });
  }
}
