import type { Binding } from "./key-matcher.ts";

const isApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);
const named: Readonly<Record<string, string>> = { Enter: "↵", ArrowUp: "↑", ArrowDown: "↓", Mod: isApple ? "⌘" : "Ctrl" };

/** What is written on the keys of a binding: one text for each that is pressed after another. */
export function keyNames(keys: string): readonly string[] {
  if (!keys.startsWith("Mod+")) return keys.split(" ").map((key) => named[key] ?? key);
  const key = keys.slice(4);
  return [`${named["Mod"]}${isApple ? "" : " "}${named[key] ?? key.toUpperCase()}`];
}

/** Bindings by their group, in the order of the first of each. A later binding of the same keys hides an earlier one. */
export function groupKeys(bindings: readonly Binding[]): readonly (readonly [group: string, bindings: readonly Binding[]])[] {
  const visible = new Map(bindings.map((binding) => [binding.keys, binding]));
  const groups = new Map<string, Binding[]>();
  for (const binding of visible.values()) {
    const list = groups.get(binding.group);
    if (list === undefined) groups.set(binding.group, [binding]);
    else list.push(binding);
  }
  return [...groups];
}
