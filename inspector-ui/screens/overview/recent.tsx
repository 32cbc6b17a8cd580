/** The cards of what goes on: the latest runs, and what happened last. */
import type { RunRow } from "../../../src/inspector/inspection.ts";
import { isStale } from "../../frame/connection.ts";
import { hrefOf } from "../../frame/route.ts";
import { Ago, Card, FormStatus } from "../../parts/basics.tsx";
import { formatClock, formatCount, formatDuration, formatUtc } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { formOfRun, wordOfRun } from "../../parts/status.ts";
import { useStore } from "../../state/context.ts";
import { activityOf } from "./activity.ts";

const rows = 5;

/** What a run makes, in few words. */
function amountOf({ nodes, partitions }: RunRow): string {
  if (partitions !== undefined && partitions > 0) return `${nodes[0] ?? ""}, ${formatCount(partitions, "partition")}`;
  return nodes.length === 1 ? (nodes[0] ?? "") : formatCount(nodes.length, "step");
}

export const RecentRuns = ({ runs }: { readonly runs: readonly RunRow[] }) => {
  const { now } = useStore();
  return (
    <Card
      title="Runs"
      acts={
        <a class="link sm" href={hrefOf({ screen: "runs" })}>
          All<span class="sr"> runs</span>
        </a>
      }
    >
      {runs.length === 0 ? (
        <p class="pad dim">No run yet.</p>
      ) : (
        <div class="list recent">
          {runs.slice(0, rows).map((run, place) => (
            // Rows keep their places and change their texts, so that nothing moves while things happen.
            <a key={place} class="hit" href={hrefOf({ screen: "run", runId: run.runId })}>
              <Glyph form={formOfRun(run.status)} />
              <span class="sr">{wordOfRun(run.status)}</span>
              <code class="clip">{run.runId.slice(0, 8)}</code>
              <span class="grow clip dim">{amountOf(run)}</span>
              <span class="sm faint">{run.status === "Interrupted" ? "" : formatDuration((run.endedAt ?? now.value) - run.startedAt)}</span>
              <Ago at={run.startedAt} class="sm faint right ago" />
            </a>
          ))}
        </div>
      )}
    </Card>
  );
};

export const Activity = () => {
  const { events, live, connection } = useStore();
  const shown = activityOf(events.value, live.value, rows);
  const isOld = isStale(connection.value);
  return (
    <Card
      title="Activity"
      sub={<FormStatus form={isOld ? "stale" : "ok"} text={isOld ? `as of ${formatClock(connection.value.alive)}` : "live"} />}
    >
      <ol class="list recent">
        {shown.map(({ at, name, what, form, runId }, place) => (
          <li key={place}>
            <Glyph form={form} />
            <time class="mono faint xs" title={formatUtc(at)}>
              {formatClock(at)}
            </time>
            <a class="name clip" href={hrefOf({ screen: "run", runId })}>
              {name}
            </a>
            <span class="dim clip grow" title={what}>
              {what}
            </span>
          </li>
        ))}
        {shown.length === 0 && <li class="dim">Nothing has happened lately.</li>}
      </ol>
    </Card>
  );
};
