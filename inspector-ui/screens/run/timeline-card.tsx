import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import type { RunView } from "../../../src/inspector/inspection.ts";
import { hrefOf } from "../../frame/route.ts";
import { Card, Segmented } from "../../parts/basics.tsx";
import { timeTicks } from "../../parts/charts/time-axis.ts";
import { formatDuration } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { useRowWindow } from "../../parts/rows.tsx";
import type { Form } from "../../parts/status.ts";
import { useNarrow } from "../../parts/use-media.ts";
import { useStore } from "../../state/context.ts";
import { type Segment, type Timeline, type TimelineOrder, type TimelineRow, timelineOf } from "./timeline.ts";

const orders = { Start: "start", Length: "length", Graph: "graph" } as const satisfies Record<string, TimelineOrder>;
type Order = keyof typeof orders;
const rowHeight = 32;
/** With more rows than these the timeline scrolls within itself. */
const mostRows = 60;

const forms: Readonly<Record<TimelineRow["status"], Form>> = {
  Waiting: "none",
  Running: "run",
  Success: "ok",
  Failure: "fail",
  Skipped: "skip",
  Unchanged: "ok",
  Canceled: "no",
  Mixed: "part",
};

const classes: Readonly<Record<Segment["kind"], string>> = {
  Success: "b-ok",
  Failure: "b-fail",
  Running: "run",
  Canceled: "b-none",
  Skipped: "skip",
  Wait: "wait",
};

/** When each step ran, in a table whose middle column is drawn. */
export const TimelineCard = ({ run, now }: { readonly run: RunView; readonly now: number }) => {
  const order = useSignal<Order>("Start");
  const timeline = useMemo(() => timelineOf(run, now, orders[order.value]), [run, run.endedAt === undefined ? now : 0, order.value]);
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, height } = useRowWindow(scroller, { count: timeline.rows.length, rowHeight });
  const isNarrow = useNarrow();
  // Beside the scale of a wide screen there is room for the text of the last tick.
  const ticks = timeTicks(timeline.end, isNarrow ? 2 : 4).filter(({ at }) => !isNarrow || at < timeline.end * 0.85);
  const isLong = timeline.rows.length > mostRows;
  const shown = isLong ? rows : timeline.rows.map((_, index) => ({ index, start: index * rowHeight }));
  return (
    <Card
      title="Timeline"
      sub="underlined: what the end waits for"
      acts={
        <Segmented label="Sort by" options={Object.keys(orders) as Order[]} value={order.value} onChange={(next) => (order.value = next)} />
      }
    >
      {timeline.rows.length === 0 ? (
        <p class="pad dim">No step has begun.</p>
      ) : (
        <div class="gantt" role="table" aria-label="Timeline" aria-rowcount={timeline.rows.length + 1}>
          <div class="ax gantt-row" role="row" aria-rowindex={1}>
            <span class="nm" role="columnheader">
              step
            </span>
            <span class="tr" role="columnheader">
              <span class="sr">when</span>
              {ticks.map(({ at, label }) => (
                <span key={at} class="tick" style={{ left: percent(at, timeline.end) }} aria-hidden="true">
                  {label}
                </span>
              ))}
            </span>
            <span class="nt" role="columnheader">
              <span class="sr">result</span>
            </span>
          </div>
          <div
            class="gantt-rows"
            role="rowgroup"
            ref={scroller}
            {...(isLong && { tabIndex: 0, style: { height: "640px", overflow: "auto" } })}
          >
            <div class="gantt-body" role="presentation" style={{ height: `${height}px` }}>
              <div class="gantt-lines" aria-hidden="true">
                <span class="tr">
                  {ticks.map(({ at }) => (
                    <i key={at} style={{ left: percent(at, timeline.end) }} />
                  ))}
                  {timeline.now !== undefined && <span class="now" style={{ left: percent(timeline.now, timeline.end) }} />}
                </span>
              </div>
              {shown.map(({ index, start }) => {
                const row = timeline.rows[index];
                const form = row && (row.status === "Running" && run.status === "Interrupted" ? "stale" : forms[row.status]);
                return row && form && <Row key={row.name} row={row} form={form} index={index} top={start} timeline={timeline} />;
              })}
            </div>
          </div>
        </div>
      )}
    </Card>
  );
};

interface RowProps {
  readonly row: TimelineRow;
  readonly form: Form;
  readonly index: number;
  readonly top: number;
  readonly timeline: Timeline;
}

const Row = ({ row, form, index, top, timeline: { end } }: RowProps) => {
  const store = useStore();
  const isKnown = store.node(row.name) !== undefined;
  const target = row.assets[0] ?? row.name;
  const note =
    row.status === "Running" && row.segments.length === 1 && row.segments[0]?.done !== undefined
      ? `${Math.floor(row.segments[0].done * 100)} %`
      : row.note;
  return (
    <div class="gantt-row" role="row" aria-rowindex={index + 2} style={{ top: `${top}px` }}>
      <span class="nm" role="cell">
        <Glyph form={form} />
        <span class="sr">{row.status}</span>
        {isKnown || store.node(target) !== undefined ? (
          <a
            class="clip"
            href={hrefOf(row.steps > 1 ? { screen: "partitions", name: target } : { screen: "asset", name: target })}
            title={row.name}
          >
            {row.name}
          </a>
        ) : (
          <span class="clip" title={row.name}>
            {row.name}
          </span>
        )}
      </span>
      <span class="tr" role="cell">
        <span class="sr">{spoken(row)}</span>
        {row.segments.map((segment) => (
          <i
            key={`${segment.lane} ${segment.from} ${segment.kind}`}
            class={`${classes[segment.kind]} ${row.steps > 1 ? "lane" : ""}`}
            style={{ left: percent(segment.from, end), width: percent(segment.to - segment.from, end), ...laneStyle(segment, row) }}
            title={`${formatDuration(segment.to - segment.from)}, from ${formatDuration(segment.from)}`}
          >
            {segment.done !== undefined && <b style={{ width: percent(segment.done, 1) }} />}
          </i>
        ))}
        {row.critical !== undefined && (
          <b class="crit" style={{ left: percent(row.critical.from, end), width: percent(row.critical.to - row.critical.from, end) }} />
        )}
      </span>
      <span class="nt" role="cell">
        <span class="clip" title={note}>
          {note}
        </span>
      </span>
    </div>
  );
};

const percent = (value: number, of: number): string => `${((value / of) * 100).toFixed(3)}%`;

/** Several partitions share the height that one step has. */
function laneStyle({ lane, kind }: Segment, { steps, lanes }: TimelineRow): { top?: string; height?: string } {
  if (steps === 1 || kind === "Wait") return {};
  const height = lanes === 1 ? 14 : Math.max(3, Math.floor((16 - 2 * (lanes - 1)) / lanes));
  return { top: `${(lanes === 1 ? 9 : 8) + lane * (height + 2)}px`, height: `${height}px` };
}

function spoken({ from, length, segments, critical }: TimelineRow): string {
  if (from === undefined || length === undefined) return "not begun";
  const attempts = segments.filter(({ kind }) => kind !== "Wait").length;
  return `${formatDuration(length)}, from ${formatDuration(from)}${attempts > 1 ? `, ${attempts} parts` : ""}${critical ? ", the end waited for it" : ""}`;
}
