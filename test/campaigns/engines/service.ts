/** A process that makes runs for an engine until it is killed. It prints what it tells as lines of JSON. */
import { writeSync } from "node:fs";
import type { Executor } from "edgewater";
import { Calls, type Trap } from "../kills/trap.ts";
import { serveDBOS } from "./dbos.ts";
import { everything, openPipeline, type Records } from "./pipeline.ts";
import { serveRestate } from "./restate.ts";

/** What a process is started with. */
export interface ServiceOptions extends Records {
  readonly engine: "restate" | "dbos";
  /** Of Restate: the port of the service. */
  readonly port?: number;
  /** Of DBOS: the database of its tables, and the process as DBOS knows it. */
  readonly database?: string;
  readonly executorId?: string;
  /** At which call of the Storage or the store, counted from the first attempt, the process kills itself. */
  readonly trap?: Trap | undefined;
}

/** What a process tells. */
export type Told =
  | { readonly told: "ready" }
  | { readonly told: "attempt" | "ended" | "left"; readonly runId: string; readonly at: number }
  | { readonly told: "call"; readonly runId: string; readonly name: string; readonly at: number };

/** Makes a run in an attempt of the engine. */
export type Attempt = (runId: string, executor: Executor) => Promise<boolean>;

const options = JSON.parse(process.argv[2] ?? "") as ServiceOptions;
const tell = (told: Told): void => void writeSync(1, `${JSON.stringify(told)}\n`);

const calls = new Calls(options.trap, async () => {
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => {});
});
// What opens the repository is not counted.
let isOpen = false;
const wrap = <Target extends object>(target: Target): Target => {
  const counted = calls.wrap(target);
  return new Proxy(target, {
    get: (_, name) => {
      const value = Reflect.get(isOpen ? counted : target, name);
      return typeof value === "function" && !isOpen ? value.bind(target) : value;
    },
  });
};
const repository = await openPipeline(options, (runId, name) => tell({ told: "call", runId, name, at: Date.now() }), wrap);
isOpen = true;

const attempt: Attempt = async (runId, executor) => {
  tell({ told: "attempt", runId, at: Date.now() });
  try {
    const { success } = await repository.materialize({ ...everything, runId, executor });
    tell({ told: "ended", runId, at: Date.now() });
    return success;
  } catch (error) {
    tell({ told: "left", runId, at: Date.now() });
    throw error;
  }
};
if (options.engine === "restate") await serveRestate(options, attempt);
else await serveDBOS(options, attempt);
tell({ told: "ready" });
