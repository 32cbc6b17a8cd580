import { type ReadonlySignal, signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useApp } from "../state/context.ts";
import { type Binding, KeyMatcher } from "./key-matcher.ts";
import { readSetting, writeSetting } from "./settings.ts";

export interface Keys {
  readonly bindings: ReadonlySignal<readonly Binding[]>;
  /** Whether keys without a modifier do something. */
  readonly singleKeys: ReadonlySignal<boolean>;
  readonly setSingleKeys: (isOn: boolean) => void;
  readonly bind: (bindings: readonly Binding[]) => () => void;
  readonly close: () => void;
}

/** Listens to keys: to those of the whole page, or only to those within an element. */
export function openKeys(target: Window | HTMLElement, root: ShadowRoot): Keys {
  const bindings = signal<readonly Binding[]>([]);
  const singleKeys = signal(readSetting("single-keys") !== "off");
  const matcher = new KeyMatcher();
  const onKey = (event: Event): void => {
    if (!(event instanceof KeyboardEvent) || event.defaultPrevented || event.isComposing) return;
    const binding = matcher.match(
      {
        key: event.key,
        hasCommand: (event.metaKey || event.ctrlKey) && !event.altKey,
        hasModifier: event.metaKey || event.ctrlKey || event.altKey,
        isInField: isField(event.composedPath()[0]),
        isInDialog: root.querySelector("dialog[open]") !== null,
        at: event.timeStamp,
      },
      bindings.value,
      singleKeys.value,
    );
    if (binding === undefined) return;
    event.preventDefault();
    binding.run();
  };
  target.addEventListener("keydown", onKey);
  return {
    bindings,
    singleKeys,
    setSingleKeys: (isOn) => {
      singleKeys.value = isOn;
      writeSetting("single-keys", isOn ? "on" : "off");
    },
    bind: (added) => {
      bindings.value = [...bindings.value, ...added];
      return () => {
        bindings.value = bindings.value.filter((binding) => !added.includes(binding));
      };
    },
    close: () => target.removeEventListener("keydown", onKey),
  };
}

/** Binds keys while a component is drawn, from the moment that it can be seen. Their `run` is the one of the latest drawing. */
export function useKeys(bindings: readonly Binding[]): void {
  const { keys } = useApp();
  const latest = useRef(bindings);
  latest.current = bindings;
  const names = bindings.map((binding) => `${binding.keys}\t${binding.label}`).join("\n");
  useLayoutEffect(
    () => keys.bind(latest.current.map((binding, index) => ({ ...binding, run: () => latest.current[index]?.run() }))),
    [keys, names],
  );
}

function isField(target: EventTarget | undefined): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio], [type=button]), textarea, select");
}
