import type { Placed } from "../../../src/inspector/layered.ts";

/** The line from one card to another: it leaves to the right, bends, and comes in from the left. A long one bends where it ends. */
export function wirePath(from: Placed, to: Placed): string {
  const x1 = from.x + from.width;
  const y1 = from.y + from.height / 2;
  const x2 = to.x;
  const y2 = to.y + to.height / 2;
  const bend = Math.min(26, Math.max(0, (x2 - x1) / 2));
  const far = x2 - bend * 2;
  const isLong = far > x1 + 40;
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${isLong ? far : x2 - bend} ${y2} ${isLong ? far + bend : x2} ${y2}H${x2}`;
}

/** What is seen of a graph. */
export interface View {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** In steps, so that not every pixel draws anew. */
const stepSize = 200;

/** What an element shows of what scrolls in it, and half as much around it, rounded so that all of it is within. */
export function viewOf(element: Pick<Element, "scrollLeft" | "scrollTop" | "clientWidth" | "clientHeight">): View {
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = element;
  const before = (value: number): number => Math.floor(value / stepSize) * stepSize;
  const after = (value: number): number => Math.ceil(value / stepSize) * stepSize;
  return {
    left: before(scrollLeft - clientWidth / 2),
    top: before(scrollTop - clientHeight / 2),
    right: after(scrollLeft + clientWidth * 1.5),
    bottom: after(scrollTop + clientHeight * 1.5),
  };
}

export const isBoxIn = (box: Placed, view: View): boolean =>
  box.x < view.right && box.x + box.width > view.left && box.y < view.bottom && box.y + box.height > view.top;

/** Whether the line between two boxes may cross the view. */
export function isWireIn(from: Placed, to: Placed, view: View): boolean {
  const top = Math.min(from.y, to.y);
  const bottom = Math.max(from.y + from.height, to.y + to.height);
  return from.x < view.right && to.x + to.width > view.left && top < view.bottom && bottom > view.top;
}
