import { useEffect, useMemo, useRef } from "preact/hooks";
import type { ColumnView, Preview } from "../../../../src/inspector/inspection.ts";
import type { Shown } from "../../../../src/inspector/show.ts";
import { histogramPath } from "../../../parts/charts/bars.ts";
import { formatDecimal, formatNumber } from "../../../parts/format.ts";
import { useRowWindow } from "../../../parts/rows.tsx";
import { useStore } from "../../../state/context.ts";
import type { Resource } from "../../../state/resources.ts";
import { digitsOf, isNumeric, nextSort, noteOf, type Sort, sizeColumn, templateOf } from "./columns.ts";
import { pageRows, previewQuestion, type ValueOf } from "./query.ts";
import { cellText } from "./shown-text.ts";

type Table = Extract<Preview, { readonly kind: "table" }>;

/** In which order the rows of a table are, and which. */
export interface Look {
  readonly sort: Sort | undefined;
  readonly find: string;
}

interface ValueTableProps {
  /** The first rows as they are stored, with the columns. */
  readonly first: Table;
  readonly of: ValueOf;
  readonly look: Look;
  readonly onLook: (look: Look) => void;
  /** The row to show at first, which is marked. */
  readonly row?: number | undefined;
}

const rowHeight = 28;
const headHeight = 60;

/** Many rows, of which those in sight are in the document and those around them were asked for. */
export const ValueTable = ({ first, of, look, onLook, row }: ValueTableProps) => {
  const scroller = useRef<HTMLDivElement>(null);
  const pages = usePages(first, of, look);
  const template = templateOf(first.columns);
  const digits = useMemo(
    () =>
      first.columns.map((column, at) =>
        isNumeric(column) ? digitsOf(first.rows, at, column.unit === undefined ? undefined : 2) : undefined,
      ),
    [first],
  );
  const bar = sizeColumn(first.columns);
  const window = useRowWindow(scroller, { count: pages.total, rowHeight, viewHeight: 372, above: headHeight });
  const range = `${window.rows[0]?.index ?? 0} ${window.rows.at(-1)?.index ?? 0}`;
  useEffect(() => pages.need(window.rows[0]?.index ?? 0, window.rows.at(-1)?.index ?? 0), [range, pages.key]);
  useEffect(() => {
    if (row !== undefined) window.scrollTo(row);
  }, [row]);
  const marked = isAsStored(look) ? row : undefined;
  return (
    <>
      <div class="row table-tools">
        <input
          type="search"
          placeholder="Find in rows"
          aria-label={`Find in the rows of ${of.name}`}
          value={look.find}
          onInput={(event) => onLook({ ...look, find: event.currentTarget.value })}
        />
        <span class="sm faint" role="status">
          {look.find === "" ? "" : `${formatNumber(pages.total)} found`}
        </span>
      </div>
      {/* It scrolls: keys have to reach it. */}
      <div
        class="grid"
        ref={scroller}
        role="table"
        aria-label={`${of.name}, ${formatNumber(pages.total)} rows`}
        aria-rowcount={pages.total + 1}
        aria-colcount={first.columns.length + 1}
        tabIndex={0}
      >
        <div class="hd" role="rowgroup">
          <div role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
            <span role="columnheader" class="nr">
              <span class="faint xs">#</span>
            </span>
            {first.columns.map((column) => (
              <Head
                key={column.name}
                column={column}
                sort={look.sort}
                onSort={() => onLook({ ...look, sort: nextSort(look.sort, column.name) })}
              />
            ))}
          </div>
        </div>
        <div role="rowgroup" class="rows" style={{ height: `${window.height}px` }}>
          {window.rows.map(({ index, start }) => (
            <Row
              key={index}
              index={index}
              top={start}
              template={template}
              cells={pages.row(index)}
              digits={digits}
              bar={bar}
              column={bar === undefined ? undefined : first.columns[bar]}
              isMarked={index === marked}
            />
          ))}
        </div>
      </div>
    </>
  );
};

const Head = ({ column, sort, onSort }: { readonly column: ColumnView; readonly sort: Sort | undefined; readonly onSort: () => void }) => {
  const direction = sort?.[0] === column.name ? sort[1] : undefined;
  const ariaSort = direction === "up" ? "ascending" : direction === "down" ? "descending" : "none";
  return (
    <span role="columnheader" class={isNumeric(column) ? "nr" : ""} aria-sort={ariaSort}>
      <button type="button" onClick={onSort} title={`Sort by ${column.name}`}>
        <span class="clip">{column.name}</span>
        <em>
          {noteOf(column)}
          {direction === undefined ? "" : direction === "up" ? " ↑" : " ↓"}
        </em>
      </button>
      {column.bins !== undefined && (
        <svg viewBox="0 0 120 20" preserveAspectRatio="none" aria-hidden="true">
          <path d={histogramPath(column.bins, { width: 120, height: 20 })} />
        </svg>
      )}
    </span>
  );
};

interface RowProps {
  readonly index: number;
  readonly top: number;
  readonly template: string;
  /** Undefined while they are asked for. */
  readonly cells: readonly Shown[] | undefined;
  /** How many decimals the numbers of a column have; undefined of other columns. */
  readonly digits: readonly (number | undefined)[];
  /** The column whose number is also drawn as a bar. */
  readonly bar: number | undefined;
  readonly column: ColumnView | undefined;
  readonly isMarked: boolean;
}

const Row = ({ index, top, template, cells, digits, bar, column, isMarked }: RowProps) => (
  <div
    class={isMarked ? "rw at" : "rw"}
    role="row"
    aria-rowindex={index + 2}
    aria-current={isMarked ? "true" : undefined}
    style={{ top: `${top}px`, gridTemplateColumns: template }}
  >
    <span role="cell">{formatNumber(index + 1)}</span>
    {digits.map((decimals, position) => {
      const cell = cells?.[position];
      const text =
        cell === undefined ? "…" : decimals !== undefined && typeof cell === "number" ? formatDecimal(cell, decimals) : cellText(cell);
      const share = position === bar && typeof cell === "number" && column !== undefined ? shareOf(cell, column) : undefined;
      return (
        // Columns have places; two may have the same name.
        <span
          key={position}
          role="cell"
          class={`${decimals === undefined ? "" : "nr"} ${share === undefined ? "" : "mg"}`}
          title={text.length > 24 ? text : undefined}
        >
          {text}
          {share !== undefined && <i style={{ width: `${share * 34}px` }} />}
        </span>
      );
    })}
  </div>
);

function shareOf(value: number, { min = 0, max = 0 }: ColumnView): number {
  const from = Math.min(0, min);
  return max > from ? Math.max(0, Math.min(1, value / max)) : 0;
}

/** Whether the rows are in the order in which they are stored, all of them. */
const isAsStored = ({ sort, find }: Look): boolean => sort === undefined && find === "";

interface Pages {
  readonly key: string;
  readonly total: number;
  readonly row: (index: number) => readonly Shown[] | undefined;
  /** Asks for the pages of these rows. Call what it returns when they are out of sight. */
  readonly need: (from: number, to: number) => () => void;
}

/** The pages of a table in an order. The first one of the stored order is known. */
function usePages(first: Table, of: ValueOf, look: Look): Pages {
  const store = useStore();
  const { sort, find } = look;
  const isPlain = isAsStored(look);
  const resourceOf = (page: number): Resource<Preview> =>
    store.resources.get(
      previewQuestion(store.inspection, of, {
        rows: [page * pageRows, (page + 1) * pageRows],
        ...(sort !== undefined && { sort }),
        ...(find !== "" && { find }),
      }),
    );
  const key = JSON.stringify([of, sort, find]);
  // Until the first page of another order has come, the rows of the order before stay.
  const before = useRef<Table>(first);
  const pages = new Map<number, Table | undefined>();
  const tableOf = (page: number): Table | undefined => {
    if (isPlain && page === 0) return first;
    if (!pages.has(page)) {
      const value = resourceOf(page).value.value;
      pages.set(page, value?.kind === "table" ? value : undefined);
    }
    return pages.get(page);
  };
  const head = tableOf(0);
  if (head !== undefined) before.current = head;
  return {
    key,
    total: (head ?? before.current).total,
    row: (index) => {
      const table = tableOf(Math.floor(index / pageRows)) ?? (head === undefined && index < pageRows ? before.current : undefined);
      return table?.rows[index % pageRows];
    },
    need: (from, to) => {
      const ends: (() => void)[] = [];
      for (let page = Math.floor(from / pageRows); page <= Math.floor(to / pageRows); page += 1) {
        if (!isPlain || page > 0) ends.push(resourceOf(page).use());
      }
      if (!isPlain && from >= pageRows) ends.push(resourceOf(0).use());
      return () => {
        for (const end of ends) end();
      };
    },
  };
}
