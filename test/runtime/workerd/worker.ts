/** The Worker of the examples, which serves the records in D1 too, and a Durable Object whose own database the tests use. */
import { DurableObject } from "cloudflare:workers";
import { type Repository, Storage } from "edgewater";
import type { QueueBatch } from "edgewater/cloudflare";
import { type D1Binding, d1 } from "edgewater/d1";
import { type InspectorOptions, inspector } from "edgewater/inspector";
import { bearer, serveStorage } from "edgewater/remote";
import example from "../../../examples/earthquakes/worker.ts";
import { consumer } from "../../support/cloudflare/engines.ts";
import { canaryRepository } from "../../support/inspection/canary.ts";

/** The token for the records. */
export const token = "a-token-for-the-worker";

const authorize = bearer({ write: token });

export default {
  async fetch(request: Request, env: Parameters<typeof example.fetch>[1] & { readonly RECORDS: D1Binding }): Promise<Response> {
    if (new URL(request.url).pathname.startsWith("/inspector/")) return inspectorOf(request)(await canaryRepository())(request);
    if (!new URL(request.url).pathname.startsWith("/records/")) return example.fetch(request, env);
    await using storage = await Storage.connect(d1(env.RECORDS));
    return await serveStorage(storage, { authorize })(request);
  },
  async queue(batch: QueueBatch): Promise<void> {
    await consumer.consume(batch);
  },
};

export { Earthquakes } from "../../../examples/workflows/src/index.ts";
export { TestRun } from "../../support/cloudflare/engines.ts";

/** Below `open/` everybody may look, below `named/` they see values, and elsewhere there is no `authorize`. */
function inspectorOf(request: Request): (repository: Repository) => (request: Request) => Promise<Response> {
  const [, , mount] = new URL(request.url).pathname.split("/");
  const redact: InspectorOptions["redact"] = (value, { key }) => (key === "secret" ? undefined : value);
  const open: InspectorOptions = { authorize: () => true, redact };
  const named: InspectorOptions = { ...open, values: "preview", stacks: "own", actions: ["materialize"] };
  return (repository) => inspector(repository, mount === "open" ? open : mount === "named" ? named : {});
}

export class Records extends DurableObject {}
