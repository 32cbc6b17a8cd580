/**
 * The least that a Worker can do with an upload of unknown length: it hands parts of 5 MiB to R2, and the object to those who read it.
 * What workerd and its own R2 need for that is compared with what they need for the example.
 */
import type { R2BucketBinding, R2UploadBinding } from "edgewater/r2";

const partSize = 5 * 2 ** 20;
let size = 0;

// biome-ignore lint/style/noDefaultExport: a Worker is one
export default {
  fetch(request: Request, { ASSETS }: { readonly ASSETS: R2BucketBinding }): Promise<Response> {
    return request.method === "PUT" ? upload(request.body ?? new Blob([]).stream(), ASSETS) : download(request, ASSETS);
  },
};

async function upload(body: ReadableStream<Uint8Array>, bucket: R2BucketBinding): Promise<Response> {
  const parts = await bucket.createMultipartUpload("value");
  const reader = body.getReader({ mode: "byob" });
  const sent: Awaited<ReturnType<R2UploadBinding["uploadPart"]>>[] = [];
  size = 0;
  let part = new Uint8Array(partSize);
  let filled = 0;
  for (let isOpen = true; isOpen; ) {
    const { done, value } = await reader.read(part.subarray(filled));
    if (value === undefined) break;
    isOpen = !done;
    part = new Uint8Array(value.buffer);
    filled += value.byteLength;
    if (filled < partSize && isOpen) continue;
    sent.push(await parts.uploadPart(sent.length + 1, part.subarray(0, filled)));
    size += filled;
    filled = 0;
  }
  await parts.complete(sent);
  return Response.json({ size }, { status: 201 });
}

async function download({ headers }: Request, bucket: R2BucketBinding): Promise<Response> {
  const last = /^bytes=-(\d+)$/.exec(headers.get("range") ?? "")?.[1];
  const object = await bucket.get("value", last === undefined ? {} : { range: { offset: size - Number(last) } });
  return new Response(object !== null && "body" in object ? object.body : null);
}
