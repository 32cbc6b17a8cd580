import { type Box, type Layout, layered } from "../../../src/inspector/layered.ts";

/** What the worker is asked. */
export interface LayoutRequest {
  readonly boxes: readonly Box[];
  readonly edges: readonly (readonly [from: number, to: number])[];
}

export interface LayoutAnswer {
  readonly layout: Layout;
}

/** Above this many boxes the layout takes longer than a frame, so a worker makes it. */
export const workerAbove = 500;

export const layoutNow = (boxes: LayoutRequest["boxes"], edges: LayoutRequest["edges"]): Layout =>
  layered(boxes, edges, { gapX: 30, gapY: 16 });

/** Makes the layout in a worker of its own; in this thread where no worker can be started. */
export function layoutLater(boxes: LayoutRequest["boxes"], edges: LayoutRequest["edges"], signal: AbortSignal): Promise<Layout> {
  return new Promise((resolve) => {
    let worker: Worker;
    try {
      worker = new Worker(new URL("./layout-worker.ts", import.meta.url), { type: "module" });
    } catch {
      resolve(layoutNow(boxes, edges));
      return;
    }
    const end = (): void => worker.terminate();
    signal.addEventListener("abort", end, { once: true });
    worker.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => {
      end();
      resolve(data.layout);
    };
    worker.onerror = () => {
      end();
      resolve(layoutNow(boxes, edges));
    };
    worker.postMessage({ boxes, edges } satisfies LayoutRequest);
  });
}
