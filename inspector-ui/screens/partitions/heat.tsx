import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useRowWindow } from "../../parts/rows.tsx";
import { rowValue } from "./measure.ts";
import type { Measured, PartitionsModel } from "./model.ts";
import { moved, stretch } from "./moves.ts";
import { contains, type Ranges, toggled, union } from "./ranges.ts";
import { cellClass, cellText, measureText, nameOf } from "./words.ts";

interface HeatProps {
  readonly model: PartitionsModel;
  /** What the places are colored by; undefined for their status. */
  readonly measured: Measured | undefined;
  readonly selection: Ranges;
  readonly onSelect: (selection: Ranges) => void;
}

const rowHeight = 26;
/** With more rows than these the strip scrolls within itself. */
const mostRows = 16;

/** The partitions as a grid of places: one tab stop, arrows move, with shift they select. */
export const Heat = ({ model, measured, selection, onSelect }: HeatProps) => {
  const { view, strip } = model;
  const active = useSignal(0);
  const anchor = useRef(0);
  const base = useRef<Ranges>([]);
  const isDragging = useRef(false);
  const scroller = useRef<HTMLDivElement>(null);
  const isFocusWanted = useRef(false);
  const isLong = strip.rows > mostRows;
  const { rows, height, scrollTo } = useRowWindow(scroller, {
    count: strip.rows,
    rowHeight,
    viewHeight: mostRows * rowHeight,
    above: 24,
    overscan: 2,
  });

  // The same element again is not drawn anew: a scroll draws only the rows that come into sight.
  const drawn = useMemo(
    (): { rows: ReadonlyMap<number, JSX.Element> } => ({ rows: new Map() }),
    [model, measured, selection, active.value],
  );

  // A partition that was moved to may not be drawn yet: it takes the focus when it is.
  useEffect(() => {
    if (!isFocusWanted.current) return;
    const cell = scroller.current?.querySelector<HTMLElement>(`[data-position="${active.value}"]`);
    if (cell === null || cell === undefined) return;
    isFocusWanted.current = false;
    cell.focus({ preventScroll: !isLong });
  });

  const goTo = (position: number): void => {
    active.value = position;
    isFocusWanted.current = true;
    if (isLong) scrollTo(strip.placeOf(position)[0]);
  };
  const select = (position: number, { isAdding, isStretch }: { isAdding: boolean; isStretch: boolean }): void => {
    if (isStretch) {
      onSelect(union(base.current, stretch(strip, anchor.current, position)));
      return;
    }
    anchor.current = position;
    base.current = isAdding ? selection : [];
    onSelect(isAdding ? toggled(selection, position) : [[position, position + 1]]);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const hasCommand = event.ctrlKey || event.metaKey;
    if (event.key === "Escape" && selection.length > 0) {
      onSelect([]);
    } else if (event.key === " " || event.key === "Enter") {
      select(active.value, { isAdding: event.key === " ", isStretch: event.shiftKey });
    } else if (hasCommand && event.key === "a") {
      onSelect([[0, view.total]]);
    } else {
      if (event.altKey) return;
      const position = moved(strip, active.value, { key: event.key, isWhole: hasCommand, page: mostRows - 1 });
      if (position === undefined) return;
      if (event.shiftKey) {
        if (selection.length === 0) {
          anchor.current = active.value;
          base.current = [];
        }
        select(position, { isAdding: false, isStretch: true });
      }
      goTo(position);
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const cellOf = ({ target }: Event): HTMLElement | null =>
    target instanceof Element ? target.closest<HTMLElement>("[data-position]") : null;
  const positionOf = (event: Event): number | undefined => {
    const cell = cellOf(event);
    return cell === null ? undefined : Number(cell.dataset["position"]);
  };
  const onPointerDown = (event: PointerEvent): void => {
    const position = positionOf(event);
    if (position === undefined || event.button !== 0) return;
    // A finger scrolls; its tap is a click.
    isDragging.current = event.pointerType === "mouse";
    if (event.pointerType !== "mouse") return;
    event.preventDefault();
    select(position, { isAdding: event.ctrlKey || event.metaKey, isStretch: event.shiftKey });
    goTo(position);
    addEventListener("pointerup", () => (isDragging.current = false), { once: true });
  };
  const onPointerOver = (event: PointerEvent): void => {
    const position = positionOf(event);
    const cell = cellOf(event);
    // A title of every place would be half a thousand texts in each frame of a scroll.
    if (cell !== null) cell.title = cell.ariaLabel ?? "";
    if (!isDragging.current || position === undefined || position === active.value) return;
    select(position, { isAdding: false, isStretch: true });
    active.value = position;
  };
  const onClick = (event: PointerEvent | MouseEvent): void => {
    const position = positionOf(event);
    if (position === undefined || (event as PointerEvent).pointerType === "mouse") return;
    select(position, { isAdding: selection.length > 0, isStretch: false });
    active.value = position;
  };

  const columns = { "--columns": strip.columns.length } as Record<string, number>;
  const summary = measured?.how === "mean" ? `mean ${measured.name}` : (measured?.name ?? "");
  const shown = isLong ? rows : Array.from({ length: strip.rows }, (_, index) => ({ index, start: index * rowHeight }));
  drawn.rows = new Map(
    shown.map(({ index, start }) => {
      const row = drawn.rows.get(index) ?? (
        <HeatRow key={index} index={index} top={start} model={model} measured={measured} active={active.value} selection={selection} />
      );
      return [index, row];
    }),
  );
  return (
    <div
      class={`scroll heat ${strip.kind}`}
      ref={scroller}
      role="grid"
      aria-label={`${view.total} partitions, ${strip.caption}. Arrow keys move, shift and arrow keys select`}
      aria-multiselectable="true"
      aria-rowcount={strip.rows + 1}
      style={{ ...columns, ...(isLong && { height: `${mostRows * rowHeight + 24}px` }) }}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerOver={onPointerOver}
      onClick={onClick}
    >
      <div class="heat-row heat-head" role="row" aria-rowindex={1}>
        <span role="columnheader">
          <span class="sr">{strip.rowName}</span>
        </span>
        {strip.columns.map(({ label, isLabelled }, index) => (
          <span key={index} class="hr" role="columnheader">
            {isLabelled ? label : <span class="sr">{label}</span>}
          </span>
        ))}
        <span class="hr right only-wide" role="columnheader">
          {summary === "" ? <span class="sr">summary</span> : summary}
        </span>
      </div>
      <div class="heat-body" role="rowgroup" style={{ height: `${height}px` }}>
        {[...drawn.rows.values()]}
      </div>
    </div>
  );
};

interface RowProps {
  readonly index: number;
  readonly top: number;
  readonly model: PartitionsModel;
  readonly measured: Measured | undefined;
  readonly active: number;
  readonly selection: Ranges;
}

const HeatRow = ({ index, top, model: { strip, statusAt }, measured, active, selection }: RowProps) => {
  const { label, detail, title } = strip.row(index);
  const [day = "", month = ""] = detail.split(" ");
  const sum = measured && rowValue(strip, index, measured.values, measured.how);
  return (
    <div class="heat-row" role="row" aria-rowindex={index + 2} style={{ top: `${top}px` }}>
      <span class="lab clip" role="rowheader" title={title}>
        {label}{" "}
        <span class="faint">
          {day}
          <span class="only-wide"> {month}</span>
        </span>
      </span>
      {strip.columns.map((_, column) => {
        const position = strip.at(index, column);
        if (position === undefined) return <span key={column} class="hole" role="gridcell" aria-label="no partition" />;
        const status = statusAt(position);
        const value = measured?.values[position];
        const shade = value === null || value === undefined ? undefined : measured?.shades.of(value);
        return (
          <div
            key={column}
            class={`cell ${cellClass(status, measured === undefined ? undefined : (shade ?? 0))}`}
            role="gridcell"
            tabIndex={position === active ? 0 : -1}
            data-position={position}
            aria-selected={contains(selection, position)}
            aria-label={cellText(nameOf(strip, position), status, measured?.name, value)}
          />
        );
      })}
      <span class="sum only-wide" role="gridcell">
        {sum === undefined || measured === undefined ? "" : measureText(measured.name, sum)}
      </span>
    </div>
  );
};
