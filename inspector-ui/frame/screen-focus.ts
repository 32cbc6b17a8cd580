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
    const stop = effect(() => {
      const key = keyOf(router.route.value);
      if (previous === undefined || previous === key) {
        previous = key;
        return;
      }
      previous = key;
      const visit = visits.arrive();
      // After the screen was drawn.
      requestAnimationFrame(() => {
        const heading = main.current?.querySelector("h1");
        live.say(heading?.textContent ?? "");
        if (visit === undefined) {
          scrollTo(0, 0);
          heading?.focus({ preventScroll: true });
          return;
        }
        scrollTo(0, visit.scroll);
        const found = visit.focus === undefined ? undefined : focusables(root).find((element) => element.name === visit.focus);
        (found?.element ?? heading)?.focus({ preventScroll: true });
      });
    });
    return () => {
      stop();
      visits.close();
    };
  }, [router, root, live, main]);
}
