import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface RowWindow {
  /** The rows that are drawn: their positions, and how far down they are. */
  readonly rows: readonly { readonly index: number; readonly start: number }[];
  /** The height of all rows together. */
  readonly height: number;
  /** Scrolls as little as brings a row into sight. */
  readonly scrollTo: (index: number) => void;
}

interface RowsOptions {
  readonly count: number;
  /** The height of one row in pixels. */
  readonly rowHeight: number;
  /** The height in pixels that the element that scrolls will have: so much is drawn before it is laid out. 400 unless given. */
  readonly viewHeight?: number;
  /** The height in pixels of what stays above the rows within the element that scrolls; 0 unless given. */
  readonly above?: number;
  /** How many rows are drawn above and below those in sight: as many as a browser may scroll before the next frame. 3 unless given. */
  readonly overscan?: number;
  /** Whether the rows are to be followed; when not, none is in sight. True unless given. */
  readonly isFollowed?: boolean;
}

/** Of many rows of one height, those in sight. */
export function useRowWindow(
  scroller: RefObject<HTMLElement | null>,
  { count, rowHeight, viewHeight = 400, above = 0, overscan = 3, isFollowed = true }: RowsOptions,
): RowWindow {
  const first = useSignal(0);
  const seenHeight = useSignal(viewHeight);
  const followed = useRef<Followed>(undefined);
  const onMove = useRef((_top: number, _height?: number): void => {});
  onMove.current = (top, height = seenHeight.peek()) => {
    first.value = Math.max(0, Math.floor(top / rowHeight));
    seenHeight.value = height;
  };
  // The element may be drawn later than what uses it, and be another one after that.
  useLayoutEffect(() => {
    const element = isFollowed ? scroller.current : null;
    if (element === (followed.current?.element ?? null)) return;
    followed.current?.end();
    followed.current = element === null ? undefined : follow(element, onMove);
  });
  useLayoutEffect(() => () => followed.current?.end(), []);

  const inSight = Math.ceil((seenHeight.value - above) / rowHeight) + 1;
  const from = Math.max(0, Math.min(first.value, count - inSight) - overscan);
  const to = isFollowed ? Math.min(count, first.value + inSight + overscan) : from;
  return {
    rows: Array.from({ length: Math.max(0, to - from) }, (_, at) => ({ index: from + at, start: (from + at) * rowHeight })),
    height: count * rowHeight,
    scrollTo: (index) => {
      const element = scroller.current;
      if (element === null) return;
      const top = index * rowHeight;
      const least = above + top + rowHeight - element.clientHeight;
      if (element.scrollTop > top) element.scrollTop = top;
      else if (element.scrollTop < least) element.scrollTop = least;
    },
  };
}

interface Followed {
  readonly element: HTMLElement;
  readonly end: () => void;
}

/** Hears how far an element is scrolled, and how high it is once it is laid out: to ask before would lay the page out for that. */
function follow(element: HTMLElement, onMove: { readonly current: (top: number, height?: number) => void }): Followed {
  const onScroll = (): void => onMove.current(element.scrollTop);
  const observer = new ResizeObserver(() => onMove.current(element.scrollTop, element.clientHeight));
  element.addEventListener("scroll", onScroll, { passive: true });
  observer.observe(element);
  return {
    element,
    end: () => {
      element.removeEventListener("scroll", onScroll);
      observer.disconnect();
    },
  };
}
