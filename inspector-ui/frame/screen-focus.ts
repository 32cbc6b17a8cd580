import { effect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { useApp } from "../state/context.ts";
import { keyOf } from "./route-key.ts";
import { focusables, openVisits } from "./visits.ts";

/**
 * A new screen takes the focus to its `h1`, says its name once, and begins at its top; the way back restores where the page was
 * scrolled to and what had the focus.
 */
export function useScreenFocus(main: RefObject<HTMLElement | null>): void {
  const { router, root, live } = useApp();
  useEffect(() => {
    const visits = openVisits(root);
    let previous: string | undefined;
    let leave = (): void => {};
    const stop = effect(() => {
      const key = keyOf(router.route.value);
      if (previous === undefined || previous === key) {
        previous = key;
        return;
      }
      previous = key;
      const visit = visits.arrive();
      let isSaid = false;
      leave();
      leave = whenDrawn(main, root, (heading) => {
        if (!isSaid) live.say(heading.textContent ?? "");
        isSaid = true;
        scrollTo(0, visit?.scroll ?? 0);
        const found = visit?.focus === undefined ? undefined : focusables(root).find((element) => element.name === visit.focus);
        (found?.element ?? heading).focus({ preventScroll: true });
      });
    });
    return () => {
      stop();
      leave();
      visits.close();
    };
  }, [router, root, live, main]);
}

/**
 * Calls back with the heading of the screen once it is drawn and no dialog lies over it: a screen may be loaded first. Calls again when
 * the heading is replaced and the focus is lost with it, as by a screen whose data has come.
 */
function whenDrawn(main: RefObject<HTMLElement | null>, root: ShadowRoot, drawn: (heading: HTMLHeadingElement) => void): () => void {
  let last: HTMLHeadingElement | undefined;
  const look = (): void => {
    const heading = main.current?.querySelector("h1") ?? null;
    if (heading === null || heading === last || root.querySelector("dialog[open]") !== null) return;
    const isFirst = last === undefined;
    last = heading;
    if (isFirst || root.activeElement === null) drawn(heading);
  };
  let frame = 0;
  let isWaiting = false;
  // To focus an element lays the page out: with the next frame, that is laid out anyway.
  const lookLater = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    frame = requestAnimationFrame(() => {
      isWaiting = false;
      look();
    });
  };
  const observer = new MutationObserver(lookLater);
  observer.observe(root, { childList: true, subtree: true, attributeFilter: ["open"] });
  lookLater();
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  };
}
