import { type ReadonlySignal, signal } from "@preact/signals";
import { hrefOf, type Place, parseRoute, type Route } from "./route.ts";

/** The route of the page as a signal. */
export interface Router {
  readonly route: ReadonlySignal<Route>;
  readonly go: (place: Place) => void;
  /** Changes the query of this place without a step in the history. */
  readonly replace: (place: Place) => void;
  readonly close: () => void;
}

export function openRouter(): Router {
  let { hash } = location;
  const route = signal(parseRoute(hash));
  const read = (): void => {
    if (location.hash === hash) return;
    hash = location.hash;
    route.value = parseRoute(hash);
  };
  addEventListener("hashchange", read);
  return {
    route,
    go: (place) => {
      location.hash = hrefOf(place);
      // The event comes later: a key that is pressed before it goes on from here.
      read();
    },
    replace: (place) => {
      history.replaceState(history.state, "", hrefOf(place));
      read();
    },
    close: () => removeEventListener("hashchange", read),
  };
}
