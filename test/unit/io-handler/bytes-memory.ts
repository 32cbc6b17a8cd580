/** Writes 200 MB as a stream, reads them back, and prints the peak growth of the memory of this process. */
import { BytesIOHandler, InputContext, OutputContext } from "edgewater";
import { LocalStore } from "edgewater/local";

const total = 200 * 1024 * 1024;
const chunk = new Uint8Array(256 * 1024).fill(7);
let given = 0;
const source = new ReadableStream<Uint8Array>(
  {
    pull(controller) {
      if (given === total) return controller.close();
      given += chunk.byteLength;
      controller.enqueue(chunk.slice());
    },
  },
  { highWaterMark: 0 },
);

globalThis.gc?.();
const before = process.memoryUsage.rss();
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss() - before);
}, 5);
const handler = new BytesIOHandler({ store: new LocalStore(process.argv[2] ?? ""), as: "stream" });
await handler.handleOutput(new OutputContext({ assetName: "big" }), source);
let size = 0;
for await (const part of await handler.loadInput(new InputContext({ assetName: "big" }))) size += part.byteLength;
clearInterval(watch);
console.log(JSON.stringify({ size, peak }));
