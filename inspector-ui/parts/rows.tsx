import { elementScroll, observeElementOffset, Virtualizer, type VirtualizerOptions } from "@tanstack/virtual-core";
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
  /** The height in pixels that the element that scrolls will have: so much is drawn before it is laid out. */
  readonly viewHeight?: number;
  /** What is above the rows within the element that scrolls. */
  readonly above?: number;
  readonly overscan?: number;
  /** Whether the rows are to be followed; when not, none is in sight, and no size is read. True unless given. */
  readonly isFollowed?: boolean;
}

type Options = VirtualizerOptions<HTMLElement, HTMLElement>;

/** Tells the size of what scrolls after it was laid out. To read it before would lay the page out in the task that draws it. */
const observeElementRect: Options["observeElementRect"] = ({ scrollElement }, tell) => {
  if (scrollElement === null) return;
  const observer = new ResizeObserver(([entry]) => {
    const box = entry?.borderBoxSize[0];
    if (box !== undefined) tell({ width: Math.round(box.inlineSize), height: Math.round(box.blockSize) });
  });
  observer.observe(scrollElement);
  return () => observer.disconnect();
};

/** What is drawn anew is at its top: to scroll it there would lay the page out, too. */
const scrollToFn: Options["scrollToFn"] = (offset, options, virtualizer) => {
  if (offset !== 0 || virtualizer.scrollOffset !== 0) elementScroll(offset, options, virtualizer);
};

/** Of many rows of one height, those in sight. */
export function useRowWindow(
  scroller: RefObject<HTMLElement | null>,
  { count, rowHeight, viewHeight = 400, above = 0, overscan = 6, isFollowed = true }: RowsOptions,
): RowWindow {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const virtualizer = useMemo(
    () =>
      new Virtualizer<HTMLElement, HTMLElement>({
        count: 0,
        getScrollElement: () => scroller.current,
        estimateSize: () => rowHeight,
        initialRect: { width: 0, height: viewHeight },
        observeElementRect,
        observeElementOffset,
        scrollToFn,
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
