/** The leg of a Worker, with records in D1. */
import { Storage } from "edgewater";
import { type D1Binding, d1 } from "edgewater/d1";
import { type Leg, runLeg } from "./leg.ts";

interface Env {
  readonly RECORDS: D1Binding;
}

export default {
  async fetch(request: Request, { RECORDS }: Env): Promise<Response> {
    if (request.method !== "POST") return new Response("POST a leg\n", { status: 405 });
    return Response.json(await runLeg((await request.json()) as Leg, () => Storage.connect(d1(RECORDS))));
  },
};
