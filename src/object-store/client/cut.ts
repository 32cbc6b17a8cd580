/** An answer with a part of the body of another, which is left as soon as the part has come. */
export function cut(response: Response, start: number, end: number): Response {
  let position = 0;
  const reader = response.body?.getReader();
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      while (true) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) return controller.close();
        const part = value.subarray(Math.max(start - position, 0), Math.max(end - position, 0));
        position += value.byteLength;
        if (part.byteLength > 0) controller.enqueue(part);
        if (position >= end) {
          controller.close();
          await reader?.cancel();
          return;
        }
        if (part.byteLength > 0) return;
      }
    },
    cancel: (reason) => reader?.cancel(reason),
  });
  // What ends too early is noticed by its length.
  return new Response(body, { headers: { "content-length": String(end - start) } });
}
