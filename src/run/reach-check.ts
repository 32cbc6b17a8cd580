/** Whether what the steps of a plan need can be reached from where they run. */
import { EdgewaterError } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { type Reach, reaches } from "../reach.ts";
import { type Executor, executorOf } from "./executor.ts";
import type { PlacesEnvironment } from "./places.ts";
import type { Plan, Step } from "./plan.ts";

/** Checks that every step can run where its executor runs it. @throws as `checkPlaces` */
export function checkReach(plan: Plan, { executor, storage, defaultHandler, runRetry }: PlacesEnvironment): void {
  const groups = new Map<Executor, Step[]>();
  for (const step of plan) {
    const own = executorOf(step.computation) ?? executor;
    const steps = groups.get(own);
    if (steps === undefined) groups.set(own, [step]);
    else steps.push(step);
  }
  for (const [own, steps] of groups) {
    if (own !== executor) checkOwnExecutor(own, executor, steps);
    const needed = own.reach ?? "process";
    if (needed === "process") continue;
    if (!reaches(storage.reach, needed)) throw unreachableStorage(own, storage.name, storage.reach);
    const unreachable = steps.flatMap((step) => handlersOf(step, defaultHandler).filter(({ handler }) => !reaches(handler.reach, needed)));
    if (unreachable[0] !== undefined) throw unreachableValues(own, unreachable);
    if (runRetry?.retryOn !== undefined) {
      const message = `Cannot use retry.retryOn for a run with ${own.name}: a function cannot be sent to where it runs steps; give the assets a retry policy of their own`;
      throw new EdgewaterError("SettingsError", message, { field: "retry" });
    }
  }
}

function checkOwnExecutor(own: Executor, executor: Executor, [step]: readonly Step[]): void {
  const asset = step?.computation.name;
  const what = `Cannot run ${JSON.stringify(asset)} with its own executor ${own.name}`;
  if (own.keepsRuns)
    throw new EdgewaterError("DefinitionError", `${what}: it runs whole runs; pass it to materialize`, { asset, field: "executor" });
  if (executor.keepsRuns)
    throw new EdgewaterError(
      "DefinitionError",
      `${what}: ${executor.name}, which makes the run, runs every step itself; omit one of them`,
      {
        asset,
        field: "executor",
      },
    );
}

/** A value that a step writes or loads, and its handler. */
interface HandledValue {
  readonly name: string;
  readonly handler: BaseIOHandler;
}

function handlersOf({ computation, outputs, loads }: Step, defaultHandler: BaseIOHandler): readonly HandledValue[] {
  const written = outputs.filter(({ kind }) => kind !== "external");
  const loaded = computation.inputs.flatMap(({ source, ioHandler }, index): HandledValue[] => {
    if (source === undefined || loads[index]?.shape === "nothing") return [];
    return [{ name: source.name, handler: ioHandler ?? source.ioHandler ?? defaultHandler }];
  });
  return [...written.map(({ name, ioHandler }) => ({ name, handler: ioHandler ?? defaultHandler })), ...loaded];
}

const whereStepsRun: Readonly<Record<Reach, string>> = {
  process: "in this process",
  machine: "in other threads of this machine",
  anywhere: "on other machines",
};
const whereThingsAre: Readonly<Record<Reach, string>> = {
  process: "in the memory of this process",
  machine: "on this machine only",
  anywhere: "anywhere",
};

/** The most names in a message. */
const mostNames = 5;

function unreachableValues(
  { name: executor, reach = "process" }: Executor,
  values: readonly HandledValue[],
): EdgewaterError<"NotSupported"> {
  const [first] = values as [HandledValue];
  const names = [...new Set(values.map(({ name }) => JSON.stringify(name)))];
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
  const list = names.slice(0, mostNames).join(", ") + more;
  const where = `${whereThingsAre[first.handler.reach ?? "anywhere"]} (${first.handler.constructor.name})`;
  const store = reach === "machine" ? "a LocalStore or an IndexedDBStore" : "an S3Store";
  const message = `Cannot run steps with ${executor}, which runs them ${whereStepsRun[reach]}: the values of ${list} are ${where}; give these assets a handler with a store that is reached from there, such as ${store}, or run them with inProcess()`;
  return new EdgewaterError("NotSupported", message, { asset: first.name, field: "executor" });
}

function unreachableStorage({ name, reach = "process" }: Executor, storage: string, own: Reach): EdgewaterError<"NotSupported"> {
  const remedy = reach === "machine" ? "Storage.embedded(path)" : "Storage.connect(postgres(url))";
  const message = `Cannot run steps with ${name}, which runs them ${whereStepsRun[reach]}: the records of ${storage} are ${whereThingsAre[own]}; pass a Storage that is reached from there, such as ${remedy}`;
  return new EdgewaterError("NotSupported", message, { field: "storage" });
}
