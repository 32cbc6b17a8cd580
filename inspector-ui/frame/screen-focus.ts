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
    let stopWaiting = (): void => {};
    const stop = effect(() => {
      const key = keyOf(router.route.value);
      if (previous === undefined || previous === key) {
        previous = key;
        return;
      }
      previous = key;
      const visit = visits.arrive();
      stopWaiting();
      stopWaiting = whenDrawn(main, (heading) => {
        live.say(heading.textContent ?? "");
        if (visit === undefined) {
          scrollTo(0, 0);
          heading.focus({ preventScroll: true });
          return;
        }
        scrollTo(0, visit.scroll);
        const found = visit.focus === undefined ? undefined : focusables(root).find((element) => element.name === visit.focus);
        (found?.element ?? heading)?.focus({ preventScroll: true });
      });
    });
    return () => {
      stop();
      stopWaiting();
      visits.close();
    };
  }, [router, root, live, main]);
}

/** Calls back with the heading of the screen after it was drawn: a screen may be loaded first. */
function whenDrawn(main: RefObject<HTMLElement | null>, found: (heading: HTMLHeadingElement) => void): () => void {
  let observer: MutationObserver | undefined;
  const look = (): void => {
    const heading = main.current?.querySelector("h1") ?? null;
    if (heading === null) return;
    observer?.disconnect();
    found(heading);
  };
  const frame = requestAnimationFrame(() => {
    if (main.current === null) return;
    observer = new MutationObserver(look);
    observer.observe(main.current, { childList: true, subtree: true });
    look();
  });
  return () => {
    cancelAnimationFrame(frame);
    observer?.disconnect();
  };
}
