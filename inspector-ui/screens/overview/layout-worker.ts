/** Makes one layout after another, away from the thread that draws. */
import { type LayoutAnswer, type LayoutRequest, layoutNow } from "./layout.ts";

self.onmessage = ({ data }: MessageEvent<LayoutRequest>) => {
  self.postMessage({ layout: layoutNow(data.boxes, data.edges) } satisfies LayoutAnswer);
};
