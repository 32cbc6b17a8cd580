import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { LogRecord } from "../../../src/storage/records.ts";
import { formatClock, formatUtc } from "../../parts/format.ts";
import { useRowWindow } from "../../parts/rows.tsx";
import { useNarrow } from "../../parts/use-media.ts";
import { isAtEnd } from "./log-lines.ts";

interface LinesProps {
  readonly shown: readonly LogRecord[];
  /** Grows with every change of the lines, which are one list. */
  readonly version: number;
  readonly isFollowing: boolean;
  readonly onFollow: (isOn: boolean) => void;
  readonly isEmpty: boolean;
}

/** The lines in sight. Arrow keys go from line to line, Enter shows the whole of one below, and Escape closes it. */
export const Lines = ({ shown, version, isFollowing, onFollow, isEmpty }: LinesProps) => {
  const scroller = useRef<HTMLDivElement>(null);
  const isNarrow = useNarrow();
  const rowHeight = isNarrow ? 48 : 24;
  const { rows, height, scrollTo } = useRowWindow(scroller, { count: shown.length, rowHeight, viewHeight: 292, overscan: 4 });
  const open = useSignal<LogRecord | undefined>(undefined);
  /** The line that the keys are at, and whether it gets the focus when it is drawn. */
  const at = useSignal<number | undefined>(undefined);
  const wantsFocus = useRef(false);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (isFollowing && element !== null) element.scrollTop = element.scrollHeight;
  }, [isFollowing, version, height]);
  const current = at.value;
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    const line = scroller.current?.querySelector<HTMLElement>(`[data-line="${current}"]`);
    if (line === null || line === undefined) return;
    wantsFocus.current = false;
    line.focus({ preventScroll: true });
  });
  const goTo = (index: number): void => {
    const next = Math.max(0, Math.min(shown.length - 1, index));
    onFollow(false);
    wantsFocus.current = true;
    at.value = next;
    scrollTo(next);
  };
  const toggle = (index: number): void => {
    at.value = index;
    open.value = shown[index] === open.value ? undefined : shown[index];
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (shown.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    // From the log itself, the keys begin at the first line in sight. A line that was chosen just now may not have the focus yet.
    const isAtLine = at.value !== undefined && (wantsFocus.current || event.target !== scroller.current);
    const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
    const from = isAtLine ? (at.value ?? 0) : Math.ceil(scrollTop / rowHeight);
    const page = Math.max(1, Math.floor(clientHeight / rowHeight) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: isAtLine ? from + 1 : from,
      ArrowUp: isAtLine ? from - 1 : from,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: shown.length - 1,
    };
    const next = steps[event.key];
    if (next !== undefined) goTo(next);
    else if ((event.key === "Enter" || event.key === " ") && isAtLine) toggle(from);
    else if (event.key === "Escape" && open.value !== undefined) open.value = undefined;
    else return;
    event.preventDefault();
  };
  const top = useRef(0);
  return (
    <>
      <div
        class={shown.length === 0 ? "logs empty" : "logs"}
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label="Log of the run. Arrow keys go from line to line, Enter shows a whole line"
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          const isEnd = isAtEnd({ top: scrollTop, height: clientHeight, scrollHeight });
          if (isEnd) onFollow(true);
          else if (scrollTop < top.current) onFollow(false);
          top.current = scrollTop;
        }}
      >
        {shown.length === 0 && <p class="pad dim">{isEmpty ? "Nothing was logged." : "No line matches."}</p>}
        <div class="log-rows" style={{ height: `${height}px` }}>
          {rows.map(({ index, start }) => {
            const line = shown[index];
            if (line === undefined) return null;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the log has the keys of its lines
              <div
                key={index}
                class={`log-row l-${line.level} ${line === open.value ? "open" : ""}`}
                style={{ top: `${start}px` }}
                role="button"
                tabIndex={-1}
                aria-expanded={line === open.value}
                data-line={index}
                onClick={() => toggle(index)}
              >
                <time title={formatUtc(line.timestamp)}>
                  {formatClock(line.timestamp)}
                  <span class="ms">.{String(Math.floor(line.timestamp) % 1000).padStart(3, "0")}</span>
                </time>
                <b>{line.level}</b>
                <span class="dim clip">{line.step}</span>
                <span class="clip">{line.message}</span>
              </div>
            );
          })}
        </div>
      </div>
      {open.value !== undefined && (
        <pre
          class="code log-open"
          role="region"
          tabIndex={0}
          aria-label="The whole line"
          onKeyDown={(event) => {
            if (event.key !== "Escape") return;
            event.preventDefault();
            open.value = undefined;
            if (at.value !== undefined) goTo(at.value);
          }}
        >
          {open.value.message}
        </pre>
      )}
    </>
  );
};
