import { useMemo } from "preact/hooks";
import type { RunView } from "../../../src/inspector/inspection.ts";
import { useKeys } from "../../frame/keys.ts";
import { hrefOf, type Query } from "../../frame/route.ts";
import type { Router } from "../../frame/router.ts";
import { Button, FormStatus, Head } from "../../parts/basics.tsx";
import { formatClock, formatUtc } from "../../parts/format.ts";
import { ProblemCard } from "../../parts/problem-note.tsx";
import { formOfRun, wordOfRun } from "../../parts/status.ts";
import { Trouble } from "../../parts/trouble.tsx";
import { progressKey } from "../../state/apply.ts";
import { useAfter, useApp, useResource } from "../../state/context.ts";
import { runsBeside } from "../runs/run-list.ts";
import { lengthText, outcomesOf, resumeText, shortRunId, silenceOf } from "../runs/run-words.ts";
import { groupFailures } from "./failure.ts";
import { FailureCard } from "./failure-card.tsx";
import { LogCard } from "./log-card.tsx";
import { withProgress } from "./progress.ts";
import { TimelineCard } from "./timeline-card.tsx";

/** More failures than these are a list to scroll; the first ones say what is wrong. */
const mostCards = 4;

/** One run: what failed and why, then when each step ran, then its log. */
export const Run = ({ runId }: { readonly runId: string; readonly query: Query }) => {
  const { store, router } = useApp();
  const { value, error, reload } = useResource<RunView>({
    key: `run/${runId}`,
    load: (signal) => store.inspection.run(runId, { signal }),
    isTouched: (batch) => batch.runs.some((run) => run.runId === runId) || batch.events.some((event) => event.runId === runId),
  });
  const isWaiting = useAfter(value.value === undefined && error.value === undefined, 150);
  const loaded = value.value;
  // The keys go on while a run is loaded, so that one can go through many.
  const beside = loaded ?? runsBeside(store.snapshot.value?.runs ?? [], runId);
  useKeys([
    { keys: "[", label: "Run before this one", group: "Run", run: goTo(router, beside.previous) },
    { keys: "]", label: "Run after this one", group: "Run", run: goTo(router, beside.next) },
  ]);
  if (loaded !== undefined) return <Loaded run={loaded} />;
  return (
    <>
      <Head crumbs={[{ text: "Runs", href: hrefOf({ screen: "runs" }) }]} title={<span class="mono">{shortRunId(runId)}</span>} />
      <div class="content">
        <ProblemCard error={error.value} onRetry={reload} />
        {isWaiting && <p class="waiting">Loading…</p>}
      </div>
    </>
  );
};

const Loaded = ({ run: recorded }: { readonly run: RunView }) => {
  const { store } = useApp();
  const progress = store.live.value.progress;
  const run = useMemo(() => withProgress(recorded, (step) => progress.get(progressKey(recorded.runId, step))), [recorded, progress]);
  const now = store.now.value;
  const failures = useMemo(() => groupFailures(run.failures), [run.failures]);
  return (
    <>
      <RunHead run={run} now={now} />
      <div class="content">
        {run.status === "Interrupted" && <Interrupted run={run} now={now} />}
        {failures.slice(0, mostCards).map((group) => (
          <FailureCard key={`${group.first.step}\n${group.first.at}`} run={run} group={group} />
        ))}
        {failures.length > mostCards && <p class="dim">{failures.length - mostCards} more failures: the timeline and the log name them.</p>}
        <TimelineCard run={run} now={now} />
        <LogCard key={run.runId} runId={run.runId} />
      </div>
    </>
  );
};

const RunHead = ({ run, now }: { readonly run: RunView; readonly now: number }) => {
  const { store, router } = useApp();
  const can = store.snapshot.value?.can ?? {};
  const { runId, status, resume, previous, next } = run;
  const isOpen = status === "Started";
  return (
    <Head
      crumbs={[{ text: "Runs", href: hrefOf({ screen: "runs" }) }, { text: formatClock(run.startedAt) }]}
      title={
        <span class="mono run-id" title={`${runId}\n${formatUtc(run.startedAt)}`}>
          {shortRunId(runId)}
        </span>
      }
      extra={
        <>
          <FormStatus form={formOfRun(status)} text={`${wordOfRun(status)}, ${lengthText(run, now)}`} />
          <span class="sm faint">
            {outcomesOf(run.steps)}
            {run.attempt > 1 && `; attempt ${run.attempt}`}
          </span>
        </>
      }
      acts={
        <>
          <span class="row pair">
            <Button
              look="quiet"
              disabled={previous === undefined}
              onClick={goTo(router, previous)}
              aria-label="Run before this one"
              icon="back"
            />
            <Button look="quiet" disabled={next === undefined} onClick={goTo(router, next)} aria-label="Run after this one" icon="chev" />
          </span>
          {can.cancel && isOpen && <Button onClick={() => store.plan({ type: "cancel", runId })}>Cancel</Button>}
          {can.resume && status !== "Success" && (
            <Button
              look="primary"
              disabled={isOpen || resume === undefined}
              title={isOpen ? "The run has not ended" : resume === undefined ? "There is nothing to resume" : resumeText(resume)}
              onClick={() => store.plan({ type: "resume", runId })}
            >
              Resume
            </Button>
          )}
        </>
      }
    />
  );
};

const goTo = (router: Router, runId: string | undefined) => (): void => {
  if (runId !== undefined) router.go({ screen: "run", runId });
};

/** A run that has no outcome and whose process is gone. */
const Interrupted = ({ run, now }: { readonly run: RunView; readonly now: number }) => {
  const { store } = useApp();
  const can = store.snapshot.value?.can ?? {};
  const { title, text } = silenceOf(run, now);
  return (
    <section class="card">
      <Trouble
        title={title}
        form="stale"
        acts={
          <>
            {can.resume && run.resume !== undefined && (
              <Button onClick={() => store.plan({ type: "resume", runId: run.runId })}>Resume, {resumeText(run.resume)}</Button>
            )}
            {can.end && (
              <Button look="quiet" onClick={() => store.plan({ type: "end", runId: run.runId })}>
                Mark as canceled
              </Button>
            )}
          </>
        }
      >
        <p>{text}</p>
      </Trouble>
    </section>
  );
};
