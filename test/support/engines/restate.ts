/** A service of Restate in this process, for the cases of executors. */
import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { RestatePromise, type WorkflowContext, workflow } from "@restatedev/restate-sdk";
import { createEndpointHandler } from "@restatedev/restate-sdk/node";
import type { MaterializeOptions, Repository, RunResult } from "edgewater";
import { type RestateOptions, restate } from "edgewater/restate";
import type { ExecutorStage } from "edgewater/testing";
import type { RestateServer } from "../servers/restate.ts";
import { Calls } from "./calls.ts";
import { RestateClient } from "./restate-client.ts";

/** A service, and what makes runs with it. */
export interface RestateService extends AsyncDisposable, Required<Pick<ExecutorStage, "executor" | "materialize">> {
  readonly client: RestateClient;
  /** The workflow whose keys are the runs. */
  readonly workflow: string;
}

/** What makes an executor before any handler runs: it is only refused. */
const outside = {
  run: (): never => {
    throw new Error("This context is outside of a handler");
  },
  request: () => ({ attemptCompletedSignal: new AbortController().signal }),
};

/** Starts a service and makes it known to the server. */
export async function startRestateService(server: RestateServer, options?: RestateOptions): Promise<RestateService> {
  const name = `run${crypto.randomUUID().slice(0, 8)}`;
  const calls = new Calls();
  const service = workflow({
    name,
    handlers: {
      run: async (context: WorkflowContext, runId: string): Promise<boolean> => {
        const executor = restate(context, RestatePromise.all, options);
        const make = ({ repository, options }: { repository: Repository; options: MaterializeOptions }): Promise<RunResult> =>
          repository.materialize({ executor, ...options, runId });
        const { success } = await calls.attempt(runId, make);
        return success;
      },
    },
    options: { retryPolicy: { initialInterval: 20, maxInterval: 200, maxAttempts: 1_000_000 } },
  });
  const client = new RestateClient(server);
  const endpoint = createServer(createEndpointHandler({ services: [service], logger: () => {} }));
  const sessions = new Set<{ destroy(): void }>();
  endpoint.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  endpoint.listen(0, "127.0.0.1");
  await once(endpoint, "listening");
  await client.register(`http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`);
  return {
    client,
    workflow: name,
    executor: restate(outside, RestatePromise.all),
    materialize: async (repository, { runId = crypto.randomUUID(), ...given }) => {
      const made = calls.add(runId, { repository, options: given });
      // A run that has ended is asked for by another workflow; one that goes on is known.
      if ((await client.begin(name, runId, runId)) === undefined) await beginAgain(client, name, runId);
      return made;
    },
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions) session.destroy();
      endpoint.close();
      await once(endpoint, "close");
    },
  };
}

/** Begins another workflow for a run whose own has completed. */
async function beginAgain(client: RestateClient, name: string, runId: string): Promise<void> {
  if ((await client.status(name, runId)) === "completed") await client.begin(name, `${runId}/${crypto.randomUUID()}`, runId);
}
