/** `GET /assets/:name?partition=`: the stored bytes of a value as they were recorded. */
import { isEdgewaterError, type StoredEvent } from "edgewater";
import { namesEtag, rangeOf } from "./byte-range.ts";
import { type Env, openRepository, storeOf } from "./env.ts";
import { Refusal } from "./refusal.ts";
import { assetOf, targetOf } from "./target.ts";

/** How often a value is looked up anew that was replaced between the look at the records and that at the bucket. */
const attempts = 3;

export async function download(request: Request, env: Env): Promise<Response> {
  const target = targetOf(new URL(request.url));
  await using repository = await openRepository(env);
  const { name } = assetOf(target, repository);
  for (let attempt = 1; ; attempt++) {
    const latest = await repository.storage.getLatestMaterialization(name, target.partitionKey);
    if (latest === undefined) throw new Refusal(404, "There is no such value yet");
    try {
      return await answerOf(request, latest, env);
    } catch (error) {
      if (!isEdgewaterError(error, "PreconditionFailed") || attempt === attempts) throw error;
    }
  }
}

/** @throws `PreconditionFailed` when the bucket has another value than the records by now */
async function answerOf(request: Request, { dataVersion, metadata, stored, timestamp }: StoredEvent, env: Env): Promise<Response> {
  const etag = `"${dataVersion}"`;
  const size = Number(metadata["size_bytes"]?.value);
  const { headers: given } = request;
  const headers = {
    etag,
    "accept-ranges": "bytes",
    "last-modified": new Date(timestamp).toUTCString(),
    "cache-control": "private, no-cache",
    // What was uploaded is not a page of this origin.
    "x-content-type-options": "nosniff",
    "content-disposition": "attachment",
    "content-security-policy": "default-src 'none'; sandbox",
  };
  if (namesEtag(given.get("if-none-match"), etag)) return new Response(null, { status: 304, headers });

  const isSame = given.get("if-range") === null || namesEtag(given.get("if-range"), etag);
  const range = isSame ? rangeOf(given.get("range"), size) : undefined;
  if (range === "unsatisfiable") {
    return Response.json(
      { error: "The value ends before this range" },
      { status: 416, headers: { ...headers, "content-range": `bytes */${size}` } },
    );
  }
  const store = storeOf(env);
  const key = stored?.path ?? String(metadata["path"]?.value);
  const ifMatch = stored?.etag;
  if (request.method === "HEAD") {
    const { contentType = "application/octet-stream" } = await store.head(key);
    return new Response(null, { headers: { ...headers, "content-type": contentType, "content-length": String(size) } });
  }
  const opened = await store.get(key, { ...(range && { range }), ...(ifMatch !== undefined && { ifMatch }) });
  const length = range === undefined ? size : range.end - range.start;
  return new Response(opened.stream().pipeThrough(new FixedLengthStream(length)), {
    status: range === undefined ? 200 : 206,
    headers: {
      ...headers,
      "content-type": opened.meta.contentType ?? "application/octet-stream",
      ...(range && { "content-range": `bytes ${range.start}-${range.end - 1}/${size}` }),
    },
  });
}
