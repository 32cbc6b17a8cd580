import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { readSetting, writeSetting } from "./settings.ts";

export const themes = ["system", "light", "dark"] as const;
export type ThemeName = (typeof themes)[number];

export interface Theme {
  readonly name: ReadonlySignal<ThemeName>;
  readonly set: (name: ThemeName) => void;
  /** From system to light to dark to system. */
  readonly next: () => void;
  readonly close: () => void;
}

const isTheme = (text: string | undefined): text is ThemeName => themes.some((name) => name === text);

/** Keeps the theme in this browser, and sets it as an attribute of the elements that have colours of their own. */
export function openTheme(elements: readonly HTMLElement[]): Theme {
  const kept = readSetting("theme");
  const name = signal<ThemeName>(isTheme(kept) ? kept : "system");
  const close = effect(() => {
    for (const element of elements) {
      if (name.value === "system") element.removeAttribute("data-theme");
      else element.setAttribute("data-theme", name.value);
    }
  });
  const set = (next: ThemeName): void => {
    name.value = next;
    writeSetting("theme", next);
  };
  return { name, set, next: () => set(themes[(themes.indexOf(name.value) + 1) % themes.length] ?? "system"), close };
}
