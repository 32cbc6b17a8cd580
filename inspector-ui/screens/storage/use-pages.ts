import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { EventBatch, Page } from "../../../src/inspector/inspection.ts";
import { useResource } from "../../state/context.ts";

interface PagesQuestion<Row> {
  /** Names it, as the key of a resource does. */
  readonly key: string;
  readonly load: (after: string | undefined, signal: AbortSignal) => Promise<Page<Row>>;
  readonly isTouched: (batch: EventBatch) => boolean;
}

interface Pages<Row> {
  readonly rows: readonly Row[];
  readonly isComplete: boolean;
  readonly isLoading: boolean;
  readonly error: unknown;
  readonly more: () => void;
  readonly retry: () => void;
}

/** The first page and those that were asked for after it. */
interface Read<Row> extends Page<Row> {
  readonly first: Page<Row>;
}

/** A list that is read page by page, each when it is asked for. It begins again when its first page is asked for anew. */
export function usePages<Row>({ key, load, isTouched }: PagesQuestion<Row>): Pages<Row> {
  const resource = useResource<Page<Row>>({ key, load: (signal) => load(undefined, signal), isTouched });
  const first = resource.value.value;
  const longer = useSignal<Read<Row> | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const isAsking = useSignal(false);
  const read = longer.value?.first === first ? longer.value : first;
  // What was asked for after an older first page is not waited for.
  const session = useMemo(() => new AbortController(), [first]);
  useEffect(
    () => () => {
      session.abort();
      failure.value = undefined;
      isAsking.value = false;
    },
    [session, failure, isAsking],
  );

  const more = async (): Promise<void> => {
    if (first === undefined || read?.next === undefined || isAsking.value) return;
    isAsking.value = true;
    failure.value = undefined;
    try {
      const page = await load(read.next, session.signal);
      if (!session.signal.aborted) longer.value = { ...page, rows: [...read.rows, ...page.rows], first };
    } catch (cause) {
      if (!session.signal.aborted) failure.value = cause;
    } finally {
      if (!session.signal.aborted) isAsking.value = false;
    }
  };
  return {
    rows: read?.rows ?? [],
    isComplete: read !== undefined && read.next === undefined,
    isLoading: resource.isLoading.value || isAsking.value,
    error: resource.error.value ?? failure.value,
    more,
    retry: resource.error.value === undefined ? more : resource.reload,
  };
}
