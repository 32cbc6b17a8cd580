/** `PUT /assets/:name?partition=`: writes a value that comes from elsewhere, as a stream. */
import { isEdgewaterError } from "edgewater";
import { type Env, openRepository, settingsOf } from "./env.ts";
import { uploaded } from "./pipeline.ts";
import { Refusal } from "./refusal.ts";
import { assetOf, targetOf } from "./target.ts";
import { bodyOf } from "./upload-body.ts";

/** The uploads that this isolate has in its memory, and how many there may be: 128 MB are for all of its requests. */
const mostUploads = 4;
let uploads = 0;

/** An upload up to this size is in memory only once, and does not count, in bytes. */
const smallUpload = 64 * 1024;

export async function upload(request: Request, env: Env): Promise<Response> {
  const target = targetOf(new URL(request.url));
  const { name, partitionKey } = target;
  if (!uploaded.some((each) => each === name)) throw new Refusal(405, `${name} is made here; PUT ${uploaded.join(" or ")}`);
  const { length, stream, refusal } = bodyOf(request, settingsOf(env).MAX_UPLOAD_BYTES);
  const isSmall = length !== undefined && length <= smallUpload;
  if (!isSmall && uploads >= mostUploads) throw new Refusal(503, "Too many uploads at once; try again");

  if (!isSmall) uploads++;
  try {
    await using repository = await openRepository(env);
    const value = isSmall ? new Uint8Array(await new Response(stream).arrayBuffer()) : stream;
    const options = partitionKey === undefined ? {} : { partitionKey };
    const { dataVersion, metadata } = await repository.write(assetOf(target, repository), value, options);
    const size = metadata["size_bytes"]?.value;
    return Response.json(
      { asset: name, partition: partitionKey, dataVersion, size },
      { status: 201, headers: { etag: `"${dataVersion}"` } },
    );
  } catch (error) {
    // Another request has written the value meanwhile, and a stream cannot be read again.
    const isUsed = isEdgewaterError(error, "SerializationError");
    throw refusal() ?? (isUsed ? new Refusal(409, "Another request writes the same; try again") : error);
  } finally {
    if (!isSmall) uploads--;
  }
}
