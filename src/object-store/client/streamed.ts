/** Bytes that are handed over at a time. */
const pieceSize = 2 ** 20;

/**
 * Many bytes as the body of a request, and its headers, for the fetch of Node (undici): of bytes it makes a copy before it
 * sends the first, and leaves that to the garbage collector, which is then busy with an upload's parts. A stream it takes
 * piece by piece, without a copy, and together with `content-length` it sends it as any other body. The fetch of other
 * runtimes sends every stream in chunks of unknown number, which clouds refuse.
 */
export function streamed(headers: Headers | Record<string, string>, body: Uint8Array<ArrayBuffer>): RequestInit {
  const all = new Headers(headers);
  all.set("content-length", String(body.byteLength));
  let at = 0;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    controller.enqueue(body.subarray(at, at + pieceSize));
    at += pieceSize;
    if (at >= body.byteLength) controller.close();
  };
  const init: RequestInit & { duplex: "half" } = { headers: all, body: new ReadableStream({ pull }, { highWaterMark: 0 }), duplex: "half" };
  return init;
}
