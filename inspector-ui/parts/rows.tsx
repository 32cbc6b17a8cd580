import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useLayoutEffect, useMemo, useReducer } from "preact/hooks";

export interface RowWindow {
  /** The rows that are drawn: their positions, and how far down they are. */
  readonly rows: readonly { readonly index: number; readonly start: number }[];
  /** The height of all rows together. */
  readonly height: number;
  readonly scrollTo: (index: number) => void;
}

interface RowsOptions {
  readonly count: number;
  /** The height of one row in pixels. */
  readonly rowHeight: number;
  /** What is above the rows within the element that scrolls. */
  readonly above?: number;
  readonly overscan?: number;
  /** Whether the rows are to be followed; when not, none is in sight, and no size is read. True unless given. */
  readonly isFollowed?: boolean;
}

/** Of many rows of one height, those in sight. */
export function useRowWindow(
  scroller: RefObject<HTMLElement | null>,
  { count, rowHeight, above = 0, overscan = 6, isFollowed = true }: RowsOptions,
): RowWindow {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const virtualizer = useMemo(
    () =>
      new Virtualizer<HTMLElement, HTMLElement>({
        count: 0,
        getScrollElement: () => scroller.current,
        estimateSize: () => rowHeight,
        observeElementRect,
        observeElementOffset,
        scrollToFn: elementScroll,
      }),
    [scroller, rowHeight],
  );
  virtualizer.setOptions({
    ...virtualizer.options,
    count,
    overscan,
    enabled: isFollowed,
    scrollMargin: above,
    estimateSize: () => rowHeight,
    onChange: () => redraw(undefined),
  });
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return {
    rows: virtualizer.getVirtualItems().map(({ index, start }) => ({ index, start: start - above })),
    height: count * rowHeight,
    scrollTo: (index) => virtualizer.scrollToIndex(index),
  };
}
