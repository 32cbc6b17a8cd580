/** Turns of drawing, so that answers that come together are drawn in one frame each: all in one would take long. */
import { nextTask } from "./next-task.ts";

/** Waits for the turn of what is to be drawn. It is drawn in the task that then begins. */
export type Turn = () => Promise<void>;

/** A hidden page has no frames. */
const longestFrameMs = 100;

export function openTurns(): Turn {
  let before: Promise<void> = Promise.resolve();
  return () => {
    const turn = before.then(nextTask);
    before = turn.then(shown);
    return turn;
  };
}

/** Ends after the next frame was drawn. */
function shown(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, longestFrameMs);
    requestAnimationFrame(async () => {
      clearTimeout(timer);
      await nextTask();
      resolve();
    });
  });
}
