import { once } from "node:events";
import { createServer } from "node:http2";
import { RestatePromise, type WorkflowContext, workflow } from "@restatedev/restate-sdk";
import { createEndpointHandler } from "@restatedev/restate-sdk/node";
import { restate } from "edgewater/restate";
import type { Attempt, ServiceOptions } from "./service.ts";

/** The name of the workflow, whose keys are the runs. */
export const workflowName = "pipeline";

/** Serves runs as workflows of Restate. */
export async function serveRestate({ port }: ServiceOptions, attempt: Attempt): Promise<void> {
  const pipeline = workflow({
    name: workflowName,
    handlers: {
      run: (context: WorkflowContext): Promise<boolean> => attempt(context.key, restate(context, RestatePromise.all)),
    },
    // Unless told, Restate waits ever longer for a service that is gone: up to a minute.
    options: { retryPolicy: { initialInterval: 100, maxInterval: 500, maxAttempts: 1_000_000 } },
  });
  const server = createServer(createEndpointHandler({ services: [pipeline], logger: () => {} })).listen(port, "127.0.0.1");
  await once(server, "listening");
}
