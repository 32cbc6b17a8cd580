import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Page } from "../../../src/inspector/inspection.ts";

interface Pages<Row> {
  readonly rows: readonly Row[];
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly more: () => void;
  readonly retry: () => void;
}

/** A list that is read page by page, each when it is asked for. */
export function usePages<Row>(load: (after: string | undefined, signal: AbortSignal) => Promise<Page<Row>>): Pages<Row> {
  const rows = useSignal<readonly Row[]>([]);
  const next = useSignal<string | undefined>(undefined);
  const isComplete = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const isLoading = useSignal(true);
  const asked = useSignal<{ readonly after: string | undefined }>({ after: undefined });
  useEffect(() => {
    const session = new AbortController();
    isLoading.value = true;
    error.value = undefined;
    load(asked.value.after, session.signal).then(
      (page) => {
        if (session.signal.aborted) return;
        rows.value = asked.value.after === undefined ? page.rows : [...rows.value, ...page.rows];
        next.value = page.next;
        isComplete.value = page.next === undefined;
        isLoading.value = false;
      },
      (cause: unknown) => {
        if (session.signal.aborted) return;
        error.value = cause;
        isLoading.value = false;
      },
    );
    return () => session.abort();
  }, [asked.value]);
  return {
    rows: rows.value,
    isComplete: isComplete.value,
    isLoading: isLoading.value,
    error: error.value,
    more: () => {
      asked.value = { after: next.value };
    },
    retry: () => {
      asked.value = { ...asked.value };
    },
  };
}
