/** The Worker of the example, which serves the records in D1 too, and a Durable Object whose own database the tests use. */
import { DurableObject } from "cloudflare:workers";
import { Storage } from "edgewater";
import { type D1Binding, d1 } from "edgewater/d1";
import { bearer, serveStorage } from "edgewater/remote";
import example from "../../../examples/worker/src/index.ts";

/** The token for the records. */
export const token = "a-token-for-the-worker";

const authorize = bearer({ write: token });

export default {
  async fetch(request: Request, env: Parameters<typeof example.fetch>[1] & { readonly RECORDS: D1Binding }): Promise<Response> {
    if (!new URL(request.url).pathname.startsWith("/records/")) return example.fetch(request, env);
    await using storage = await Storage.connect(d1(env.RECORDS));
    return await serveStorage(storage, { authorize })(request);
  },
};

export class Records extends DurableObject {}
