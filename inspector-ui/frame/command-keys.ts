import type { Binding } from "./key-matcher.ts";
import type { NavItem } from "./navigation.ts";
import type { Panels } from "./panels.ts";
import type { Router } from "./router.ts";
import type { Theme } from "./theme.ts";

interface Commands {
  readonly items: readonly NavItem[];
  readonly router: Router;
  readonly theme: Theme;
  readonly panels: Panels;
}

/** The keys that work on every screen. */
export function commands({ items, router, theme, panels }: Commands): readonly Binding[] {
  const group = "Everywhere";
  return [
    { keys: "Mod+k", label: "Search or run a command", group, run: panels.search },
    { keys: "/", label: "Search or run a command", group, run: panels.search },
    { keys: "?", label: "Show all keys", group, run: panels.keys },
    { keys: "t", label: "Change the theme", group, run: theme.next },
    ...items.map((item) => ({ keys: `g ${item.key}`, label: `Go to ${item.text}`, group: "Views", run: () => router.go(item.place) })),
  ];
}
