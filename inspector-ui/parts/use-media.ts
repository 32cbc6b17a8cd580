import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** Whether a media query holds, and again whenever that changes. */
export function useMedia(query: string): boolean {
  const holds = useSignal(matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const read = (): void => {
      holds.value = list.matches;
    };
    read();
    list.addEventListener("change", read);
    return () => list.removeEventListener("change", read);
  }, [query, holds]);
  return holds.value;
}

/** Where a list stands in place of a graph, and lines are broken. */
export const useNarrow = (): boolean => useMedia("(max-width: 640px)");
