/** `POST /` makes the assets, keeps their values in R2 and their records in D1, and returns what was made. */
import { Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { type D1Binding, d1 } from "edgewater/d1";
import { type R2BucketBinding, R2Store } from "edgewater/r2";
import { assets } from "./pipeline.ts";

interface Env {
  readonly VALUES: R2BucketBinding;
  readonly RECORDS: D1Binding;
}

export default {
  async fetch(request: Request, { VALUES, RECORDS }: Env): Promise<Response> {
    if (request.method !== "POST") return new Response("POST / makes the assets\n", { status: 405 });
    await using repository = await Repository.open({
      assets,
      ioHandler: new SuperJsonIOHandler({ store: new R2Store(VALUES) }),
      storage: Storage.connect(d1(RECORDS)),
    });
    const { events } = await repository.materialize();
    return new Response(events.map(({ assetKey, dataVersion }) => `${assetKey} ${dataVersion}\n`).join(""));
  },
};
