import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** The width that an element has, in whole pixels: what is drawn in it is drawn for this width. 0 until it is laid out. */
export function useWidth(element: RefObject<Element | null>): number {
  const width = useSignal(0);
  useLayoutEffect(() => {
    const measured = element.current;
    if (measured === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) width.value = Math.floor(entry.contentRect.width);
    });
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element, width]);
  return width.value;
}
