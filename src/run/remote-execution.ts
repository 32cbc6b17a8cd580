import type { StoredEvent } from "../storage/types.ts";
import type { Execution } from "./executor.ts";
import type { Plan } from "./plan.ts";
import type { OnProgress, RunEnvironment } from "./run-environment.ts";

type RemoteSteps = Pick<Execution, "requestOf" | "runRequest" | "outcomeOf" | "settle" | "fail" | "keptPlan">;

/** Who is told of steps that other processes make. */
export interface RemoteListeners {
  /** Undefined when nobody wants the progress. */
  readonly onProgress: OnProgress | undefined;
  /** Called with what steps have recorded. */
  readonly onRecorded: (event: StoredEvent) => void;
}

/** The remote part of an execution. */
export interface RemoteExecution {
  readonly steps: RemoteSteps;
  /** Follows the progress of the steps. */
  readonly start: () => Promise<void>;
  /** Reports the rest of the progress. */
  readonly end: () => Promise<void>;
  readonly stop: () => void;
}

/** Loads what sends steps to other processes when it is needed: most runs have no such step. */
export function laterRemote(environment: RunEnvironment, plan: Plan, elsewhere: Plan, listeners: RemoteListeners): RemoteExecution {
  let loading: Promise<RemoteExecution> | undefined;
  let loaded: RemoteExecution | undefined;
  const load = (): Promise<RemoteExecution> => {
    loading ??= import("./elsewhere.ts").then(async ({ remoteExecution }) => {
      loaded = await remoteExecution(environment, plan, elsewhere, listeners);
      return loaded;
    });
    return loading;
  };
  return {
    steps: {
      requestOf: async (...given) => (await load()).steps.requestOf(...given),
      runRequest: async (...given) => (await load()).steps.runRequest(...given),
      outcomeOf: async (...given) => (await load()).steps.outcomeOf(...given),
      settle: async (...given) => (await load()).steps.settle(...given),
      fail: async (...given) => (await load()).steps.fail(...given),
      keptPlan: async () => (await load()).steps.keptPlan(),
    },
    start: async () => void (await load()),
    end: async () => loaded?.end(),
    stop: () => loaded?.stop(),
  };
}
