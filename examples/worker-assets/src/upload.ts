/** `PUT /assets/:name?partition=`: writes a value that comes from elsewhere, as a stream. */
import { isEdgewaterError } from "edgewater";
import { type Env, openRepository, settingsOf } from "./env.ts";
import { uploaded } from "./pipeline.ts";
import { Refusal } from "./refusal.ts";
import { assetOf, targetOf } from "./target.ts";

/** The uploads that this isolate has in its memory, and how many there may be: 128 MB are for all of its requests. */
const mostUploads = 4;
let uploads = 0;

/** An upload up to this size is in memory only once, and does not count, in bytes. */
const smallUpload = 64 * 1024;

export async function upload(request: Request, env: Env): Promise<Response> {
  const target = targetOf(new URL(request.url));
  const { name, partitionKey } = target;
  if (!uploaded.some((each) => each === name)) throw new Refusal(405, `${name} is made here; PUT ${uploaded.join(" or ")}`);
  const most = settingsOf(env).MAX_UPLOAD_BYTES;
  const tooLarge = new Refusal(413, `The upload is larger than ${most} bytes`);
  // A length that is missing, or is no number, counts as a large one.
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (length > most) throw tooLarge;
  const isSmall = length <= smallUpload;
  if (!isSmall && uploads >= mostUploads) throw new Refusal(503, "Too many uploads at once; try again");

  if (!isSmall) uploads++;
  const body = limited(request.body, most);
  try {
    await using repository = await openRepository(env);
    const { dataVersion, metadata } = await repository.write(
      assetOf(target, repository),
      isSmall ? await bytesOf(body.stream) : body.stream,
      {
        ...(partitionKey !== undefined && { partitionKey }),
      },
    );
    const size = metadata["size_bytes"]?.value;
    return Response.json(
      { asset: name, partition: partitionKey, dataVersion, size },
      { status: 201, headers: { etag: `"${dataVersion}"` } },
    );
  } catch (error) {
    if (body.isTooLarge()) throw tooLarge;
    // Another request has written the value meanwhile, and a stream cannot be read again.
    if (isEdgewaterError(error, "SerializationError")) throw new Refusal(409, "Another request writes the same; try again");
    throw error;
  } finally {
    if (!isSmall) uploads--;
  }
}

/** How much of a body is read at once, in bytes. A body arrives in pieces of a few kilobytes, each of which would be a buffer. */
const chunkBytes = 256 * 1024;

/** The body of a request, which fails once it is longer than allowed, whatever its headers say. */
function limited(body: ReadableStream<Uint8Array> | null, most: number) {
  let size = 0;
  const reader = (body ?? new Blob([]).stream()).getReader({ mode: "byob" });
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await reader.readAtLeast(chunkBytes, new Uint8Array(chunkBytes));
        size += value?.byteLength ?? 0;
        if (size > most) {
          await reader.cancel();
          throw new Error("The upload is too large");
        }
        if (value !== undefined && value.byteLength > 0) controller.enqueue(value);
        if (done) controller.close();
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { stream, isTooLarge: () => size > most };
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
