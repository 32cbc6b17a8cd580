import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { useApp } from "../state/context.ts";
import { type Entry, entriesOf, type Match, searchEntries } from "./palette-search.ts";

/** Finds assets, runs and commands by their names. */
export const Palette = () => {
  const { store, panels } = useApp();
  const text = useSignal("");
  const chosen = useSignal(0);
  const list = useRef<HTMLDivElement>(null);
  const snapshot = store.snapshot.value;
  const entries = useMemo(() => (snapshot === undefined ? [] : entriesOf(snapshot)), [snapshot]);
  const matches = useMemo(() => searchEntries(entries, text.value), [entries, text.value]);
  const at = Math.min(chosen.value, Math.max(0, matches.length - 1));
  useEffect(() => list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" }), [at, matches]);

  const open = ({ href, action }: Entry, inNewTab: boolean): void => {
    panels.hide();
    if (href !== undefined && inNewTab) window.open(href, "_blank", "noopener");
    else if (href !== undefined) location.hash = href;
    else if (action !== undefined) store.plan(action);
  };
  const onKey = (event: KeyboardEvent): void => {
    const match = matches[at];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      chosen.value = (at + (event.key === "ArrowDown" ? 1 : -1) + matches.length) % Math.max(1, matches.length);
    } else if (event.key === "Enter" && match !== undefined) open(match.entry, event.shiftKey);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Search or run a command" onClose={panels.hide} class="palette">
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-options"
        aria-autocomplete="list"
        aria-activedescendant={matches.length > 0 ? `palette-${at}` : undefined}
        aria-label="Search or run a command"
        placeholder="Search assets, runs and commands"
        autocomplete="off"
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          chosen.value = 0;
        }}
        onKeyDown={onKey}
      />
      <div id="palette-options" role="listbox" aria-label="Found" class="options" ref={list}>
        {matches.map((match, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys move the choice in the field, which keeps the focus
          <div
            key={match.entry.key}
            id={`palette-${index}`}
            class="opt"
            role="option"
            aria-selected={index === at}
            onClick={(event) => open(match.entry, event.shiftKey || event.metaKey || event.ctrlKey)}
            onPointerMove={() => {
              chosen.value = index;
            }}
          >
            <span class="faint">
              <Icon name={match.entry.icon} />
            </span>
            <span class="clip">{marked(match)}</span>
            <span class="sm faint note-right">{match.entry.note}</span>
          </div>
        ))}
      </div>
      {matches.length === 0 && <p class="none-found dim">Nothing has this name.</p>}
      <div class="row sm faint only-wide palette-keys">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> move
        </span>
        <span>
          <kbd>↵</kbd> open
        </span>
        <span>
          <kbd>⇧↵</kbd> in a new tab
        </span>
        <span class="acts-right">
          <kbd>?</kbd> all keys
        </span>
      </div>
    </Dialog>
  );
};

/** The text of a match with what was found in bold. */
function marked({ entry: { text }, marks }: Match): ComponentChildren {
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const [start, end] of marks) {
    parts.push(text.slice(from, start), <b key={start}>{text.slice(start, end)}</b>);
    from = end;
  }
  return [...parts, text.slice(from)];
}
