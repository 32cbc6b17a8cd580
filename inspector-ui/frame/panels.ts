import { type Signal, signal } from "@preact/signals";
import type { Store } from "../state/store.ts";

/** What lies over the screen: the palette or the list of keys. */
export interface Panels {
  readonly shown: Signal<"search" | "keys" | undefined>;
  readonly search: () => void;
  readonly keys: () => void;
  readonly hide: () => void;
}

export function openPanels(store: Store): Panels {
  const shown = signal<"search" | "keys" | undefined>(undefined);
  const show = (panel: "search" | "keys") => () => {
    if (store.planned.value === undefined) shown.value = panel;
  };
  return {
    shown,
    search: show("search"),
    keys: show("keys"),
    hide: () => {
      shown.value = undefined;
    },
  };
}
