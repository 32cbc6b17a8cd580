import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { RunRow } from "../../../src/inspector/inspection.ts";
import { hrefOf, type Query } from "../../frame/route.ts";
import { Ago, Button, Head, Segmented } from "../../parts/basics.tsx";
import { formatCount } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { Problem } from "../../parts/problem-note.tsx";
import { formOfRun, wordOfRun } from "../../parts/status.ts";
import { useApp } from "../../state/context.ts";
import { liveRuns, type StatusFilter, withRuns } from "./run-list.ts";
import { lengthText, shortRunId, whatOf } from "./run-words.ts";

const filters = {
  All: undefined,
  Running: "Started",
  Interrupted: "Interrupted",
  Failed: "Failure",
  Success: "Success",
  Canceled: "Canceled",
} as const;
type Filter = keyof typeof filters;
const names = Object.keys(filters) as Filter[];
const pageSize = 50;

/** All runs, newest first; what happens now comes in by itself. */
export const Runs = ({ query }: { readonly query: Query }) => {
  const { router } = useApp();
  const filter = names.find((name) => name.toLowerCase() === query["status"]) ?? "All";
  const choose = (name: Filter): void => router.replace({ screen: "runs", query: name === "All" ? {} : { status: name.toLowerCase() } });
  return (
    <>
      <Head title="Runs" />
      <div class="content">
        <RunTable key={filter} filter={filter} acts={<Segmented label="Status" options={names} value={filter} onChange={choose} />} />
      </div>
    </>
  );
};

const RunTable = ({ filter, acts }: { readonly filter: Filter; readonly acts: preact.ComponentChildren }) => {
  const { store } = useApp();
  const status: StatusFilter = filters[filter];
  const rows = useSignal<readonly RunRow[]>([]);
  const isComplete = useSignal(false);
  const before = useSignal<number | undefined>(undefined);
  const error = useSignal<unknown>(undefined);
  const isLoading = useSignal(true);
  const tries = useSignal(0);
  const now = store.now.value;

  useEffect(() => {
    const session = new AbortController();
    isLoading.value = true;
    error.value = undefined;
    const query = {
      limit: pageSize,
      signal: session.signal,
      ...(status && { status }),
      ...(before.value !== undefined && { before: before.value }),
    };
    store.inspection.runs(query).then(
      (page) => {
        if (session.signal.aborted) return;
        rows.value = withRuns(rows.value, page, status);
        isComplete.value = page.length < pageSize;
        isLoading.value = false;
      },
      (cause: unknown) => {
        if (session.signal.aborted) return;
        error.value = cause;
        isLoading.value = false;
      },
    );
    return () => session.abort();
  }, [store, status, before.value, tries.value, rows, isComplete, error, isLoading, before]);
  useEffect(
    () =>
      store.onBatch((batch) => {
        rows.value = withRuns(rows.value, liveRuns(batch.runs, rows.value, isComplete.value), status);
      }),
    [store, status, rows, isComplete],
  );

  return (
    <section class="card">
      <header>
        <h2>{filter === "All" ? "All runs" : `${filter} runs`}</h2>
        <span class="sub" role="status">
          {isLoading.value && rows.value.length === 0
            ? ""
            : `${formatCount(rows.value.length, "run")}${isComplete.value ? "" : ", more below"}`}
        </span>
        <span class="row acts-right run-filter">{acts}</span>
      </header>
      {rows.value.length > 0 && (
        <table class="t runs">
          <thead>
            <tr>
              <th>run</th>
              <th>status</th>
              <th>what</th>
              <th class="right">took</th>
              <th class="right">started</th>
            </tr>
          </thead>
          <tbody>
            {rows.value.map((run) => (
              <tr key={run.runId}>
                <td>
                  <a class="link mono" href={hrefOf({ screen: "run", runId: run.runId })} title={run.runId}>
                    {shortRunId(run.runId)}
                  </a>
                </td>
                <td>
                  <span class={`st c-${formOfRun(run.status)}`}>
                    <Glyph form={formOfRun(run.status)} />
                    {wordOfRun(run.status)}
                  </span>
                </td>
                <td class="dim clip" title={run.nodes.slice(0, 50).join(", ")}>
                  {whatOf(run)}
                  {run.attempt > 1 && <span class="faint">, attempt {run.attempt}</span>}
                </td>
                <td class="right">{lengthText(run, now)}</td>
                <td class="right dim">
                  <Ago at={run.startedAt} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {error.value !== undefined && <Problem error={error.value} onRetry={() => tries.value++} />}
      {!isLoading.value && error.value === undefined && rows.value.length === 0 && (
        <p class="pad dim">{filter === "All" ? "Nothing has run yet." : `No run has the status ${filter.toLowerCase()}.`}</p>
      )}
      {!isComplete.value && rows.value.length > 0 && (
        <div class="foot">
          <Button disabled={isLoading.value} onClick={() => (before.value = rows.value.at(-1)?.startedAt)}>
            {isLoading.value ? "Loading…" : "Show older runs"}
          </Button>
        </div>
      )}
    </section>
  );
};
