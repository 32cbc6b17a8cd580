import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** The width that an element has, in whole pixels: what is drawn in it is drawn for this width. */
export function useWidth(element: RefObject<Element | null>): number {
  const width = useSignal(0);
  useLayoutEffect(() => {
    const measured = element.current;
    if (measured === null) return;
    const read = (): void => {
      width.value = Math.floor(measured.clientWidth);
    };
    read();
    const observer = new ResizeObserver(read);
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element, width]);
  return width.value;
}
