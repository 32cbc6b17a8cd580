import type { Placed } from "../../../src/inspector/layered.ts";

/** Where an arrow key leads from a card: right to what is made from it, left to what it is made from, up and down in its column. */
export function stepFrom(
  from: number,
  key: string,
  edges: readonly (readonly [from: number, to: number])[],
  boxes: readonly Placed[],
): number | undefined {
  const here = boxes[from];
  if (here === undefined) return undefined;
  switch (key) {
    case "ArrowRight":
      return nearest(
        here,
        boxes,
        edges.filter(([start]) => start === from).map(([, end]) => end),
      );
    case "ArrowLeft":
      return nearest(
        here,
        boxes,
        edges.filter(([, end]) => end === from).map(([start]) => start),
      );
    case "ArrowDown":
    case "ArrowUp": {
      const order = here.order + (key === "ArrowDown" ? 1 : -1);
      const found = boxes.findIndex((box) => box.layer === here.layer && box.order === order);
      return found < 0 ? undefined : found;
    }
    default:
      return undefined;
  }
}

/** The one whose height is nearest. */
function nearest(here: Placed, boxes: readonly Placed[], candidates: readonly number[]): number | undefined {
  const distance = (index: number): number => Math.abs((boxes[index]?.y ?? 0) - here.y);
  return candidates.reduce<number | undefined>(
    (best, each) => (best === undefined || distance(each) < distance(best) ? each : best),
    undefined,
  );
}
