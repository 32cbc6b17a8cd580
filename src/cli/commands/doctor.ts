import { isEdgewaterError } from "../../errors.ts";
import { storeOf } from "../../io-handler/stored-in.ts";
import type { Delete, Get, Named, Put } from "../../object-store/types.ts";
import type { Repository } from "../../repository/repository.ts";
import type { Storage } from "../../storage/types.ts";
import type { Command } from "../command.ts";
import { print, readText, runtimeName } from "../host.ts";
import { count, errorText, table } from "../output.ts";

/** One thing that was looked at. */
interface Check {
  readonly what: string;
  readonly isFine: boolean;
  /** What was found, and what to do about it. */
  readonly found: string;
}

export const doctorCommand: Command = {
  about: "Check the runtime, the module, the records and the stores, and say what to do",
  names: "",
  options: {},
  examples: ["", "./assets.ts --json"],
  run: async ({ project, isJson }) => {
    const checks: Check[] = [runtimeCheck(), { what: "edgewater", isFine: true, found: await ownVersion() }];
    let repository: Repository | undefined;
    try {
      repository = await project.open();
      checks.push({ what: `module ${project.module}`, isFine: true, found: `${count(repository.nodes.length, "asset")}` });
    } catch (error) {
      checks.push({ what: `module ${project.module}`, isFine: false, found: errorText(error) });
    }
    if (repository !== undefined) {
      checks.push(...(await recordsChecks(repository.storage)), ...(await storesChecks(repository)));
      await repository.close();
    }
    const isFine = checks.every((check) => check.isFine);
    if (isJson) await print(JSON.stringify({ isFine, checks }));
    else {
      const wrong = checks.filter((check) => !check.isFine).length;
      const rows = checks.map((check) => [check.isFine ? "✓" : "✗", check.what, check.found]);
      await print(`${table(["", "what", "found"], rows)}\n\n${wrong === 0 ? "Everything is fine" : `${count(wrong, "problem")} found`}`);
    }
    return isFine ? 0 : 1;
  },
};

function runtimeCheck(): Check {
  const name = runtimeName();
  const [runtime, version = "0"] = name.split(" ");
  const isFine = runtime !== "Node" || Number(version.split(".")[0]) >= 20;
  return { what: "runtime", isFine, found: isFine ? name : `${name}; install Node 20 or later` };
}

async function ownVersion(): Promise<string> {
  const { version } = JSON.parse(await readText(new URL("../../../package.json", import.meta.url))) as {
    readonly version: string;
  };
  return version;
}

/** Reads the records, and writes and deletes one of its own. */
async function recordsChecks(storage: Storage): Promise<readonly Check[]> {
  const key = `doctor/${crypto.randomUUID()}`;
  return [
    await check(`records in ${storage.name}`, async () => {
      const [runs, assets] = await Promise.all([storage.getRuns({ limit: 1 }), storage.getAssetRecords()]);
      const last = runs[0] === undefined ? "no run yet" : `the last run is ${runs[0].runId}`;
      return `readable: ${count(assets.length, "asset")}, ${last}`;
    }),
    await check("conditions of the records", async () => {
      if (storage.isReadOnly) return "read only: commands that write are refused";
      const value = new Uint8Array([1]);
      const isFirst = await storage.kvCompareAndSet(key, undefined, value);
      const isSecond = await storage.kvCompareAndSet(key, undefined, value);
      await storage.kvDelete(key);
      if (isFirst && !isSecond) return "kept";
      throw new Error("a condition of a commit did not hold; do not let two processes write these records");
    }),
  ];
}

/** Writes, reads and deletes an object of its own in each store, and asks for one that cannot be made twice. */
async function storesChecks(repository: Repository): Promise<readonly Check[]> {
  const handlers = new Set(
    repository.nodes.filter(({ kind }) => kind !== "external").map(({ name }) => repository.ioHandlerForOutput(name)),
  );
  const stores = new Set([...handlers].flatMap((handler) => storeOf(handler)?.store ?? []));
  const checks: Check[] = [];
  for (const store of stores) {
    const key = `edgewater-doctor-${crypto.randomUUID()}`;
    checks.push(await check(`values in ${store.name}`, () => storeCheck(store, key)));
    await Promise.resolve(store.delete?.(key)).catch(() => undefined);
  }
  return checks;
}

async function storeCheck(store: Named & Put & Get & Partial<Delete>, key: string): Promise<string> {
  // A type says which stores keep conditions; here it is tried.
  const put = store.put.bind(store) as (key: string, body: string, options?: object) => Promise<unknown>;
  let keepsConditions = true;
  try {
    await put(key, "edgewater", { mode: "create" });
  } catch (error) {
    if (!isEdgewaterError(error, "NotSupported", "SettingsError")) throw error;
    keepsConditions = false;
    await put(key, "edgewater");
  }
  const text = await new Response(await (await store.get(key)).bytes()).text();
  if (text !== "edgewater") throw new Error("what was read is not what was written; check what is between this process and the store");
  const removes = store.delete === undefined ? `; it cannot delete, so remove ${key}` : "";
  if (!keepsConditions) return `reachable; it keeps no conditions: let one process write an asset at a time${removes}`;
  const isTwice = await put(key, "edgewater", { mode: "create" }).then(
    () => true,
    (error: unknown) => !isEdgewaterError(error, "AlreadyExists"),
  );
  if (isTwice) throw new Error("an object could be made twice; the server ignores conditions: let one process write an asset at a time");
  return `reachable, and keeps conditions${removes}`;
}

async function check(what: string, look: () => Promise<string>): Promise<Check> {
  try {
    return { what, isFine: true, found: await look() };
  } catch (error) {
    return { what, isFine: false, found: errorText(error) };
  }
}
