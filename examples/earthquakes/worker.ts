/**
 * Runs the pipeline in a Cloudflare Worker and keeps its values in R2.
 *
 * - `POST /materialize` materializes every asset and returns their data versions
 * - `GET /assets/<name>` returns the value of one asset as JSON
 */
import { isEdgewaterError, Repository, SuperJsonIOHandler } from "edgewater";
import { type R2BucketBinding, R2Store } from "edgewater/r2";
import { assets, tasks } from "./pipeline.ts";
import { dataVersions } from "./versions.ts";

interface Env {
  readonly ASSETS: R2BucketBinding;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const ioHandler = new SuperJsonIOHandler({ store: new R2Store(env.ASSETS), prefix: "earthquakes" });
    await using repository = await Repository.open({ assets, tasks, ioHandler });
    const [, route, name] = new URL(request.url).pathname.split("/");
    try {
      if (request.method === "POST" && route === "materialize") {
        const { runId } = await repository.materialize({ signal: request.signal });
        return Response.json({ runId, dataVersions: await dataVersions(repository) });
      }
      if (request.method === "GET" && route === "assets" && name) {
        const value = await repository.load(decodeURIComponent(name), { signal: request.signal });
        return Response.json(value instanceof Map ? Object.fromEntries(value) : value);
      }
      return new Response("POST /materialize or GET /assets/<name>\n", { status: 404 });
    } catch (error) {
      if (isEdgewaterError(error, "NotFound", "GraphError")) return new Response(`${error.message}\n`, { status: 404 });
      throw error;
    }
  },
};
