import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { hrefOf, type Query } from "../../frame/route.ts";
import { Button, Card, Head, Segmented, Status } from "../../parts/basics.tsx";
import { formatNumber } from "../../parts/format.ts";
import { problemOf } from "../../parts/problem.ts";
import { ProblemCard } from "../../parts/problem-note.tsx";
import { useAfter, useApp, useResource } from "../../state/context.ts";
import { inSlices } from "../../state/slices.ts";
import { Facts } from "./facts.tsx";
import { Heat } from "./heat.tsx";
import { backfillOf } from "./key-pages.ts";
import { modelOf, type PartitionsModel } from "./model.ts";
import { countOf, type Ranges } from "./ranges.ts";
import { Selected } from "./selected.tsx";
import { rangesOf } from "./statuses.ts";
import { firstMeasure, measureChoices, measureText, measureTitle, summaryOf } from "./words.ts";

/** The partitions of an asset: how many are as they should be, where those are that are not, and how to make these. */
export const Partitions = ({ name, query }: { readonly name: string; readonly query: Query }) => {
  const { store } = useApp();
  const chosen = useSignal<string | undefined>(undefined);
  const first = usePartitions(name, undefined);
  const measure = chosen.value ?? (first.model === undefined ? undefined : firstMeasure(first.model.view.measures));
  const measured = usePartitions(name, measure === "status" ? undefined : measure);
  const model = measured.model ?? first.model;
  const isWaiting = useAfter(model === undefined && first.error === undefined, 150);
  // The view of the status has no measure: what is colored by another one waits for that.
  if (model !== undefined) {
    return <Loaded name={name} model={model} query={query} measure={measure ?? "status"} onMeasure={(next) => (chosen.value = next)} />;
  }
  return (
    <>
      <Head crumbs={crumbsOf(name)} title={name} extra={store.node(name) && <Status status={store.node(name)?.status ?? "Missing"} />} />
      <div class="content">
        <ProblemCard error={first.error} onRetry={first.reload} />
        {isWaiting && <p class="waiting">Loading…</p>}
      </div>
    </>
  );
};

const crumbsOf = (name: string) => [
  { text: "Assets", href: hrefOf({ screen: "assets" }) },
  { text: name, href: hrefOf({ screen: "asset", name }) },
  { text: "Partitions" },
];

function usePartitions(
  name: string,
  measure: string | undefined,
): { readonly model: PartitionsModel | undefined; readonly error: unknown; readonly reload: () => void } {
  const { store } = useApp();
  const { value, error, reload } = useResource<PartitionsModel>({
    key: `partitions/${JSON.stringify([name, measure])}`,
    load: async (signal) =>
      inSlices(modelOf(await store.inspection.partitions(name, { signal, ...(measure !== undefined && { measure }) })), signal),
    isTouched: (batch) => batch.events.some(({ asset }) => asset === name) || batch.nodes.some(([, node]) => node.name === name),
  });
  return { model: value.value, error: error.value, reload };
}

interface LoadedProps {
  readonly name: string;
  readonly model: PartitionsModel;
  readonly query: Query;
  readonly measure: string;
  readonly onMeasure: (measure: string) => void;
}

const Loaded = ({ name, model, query, measure, onMeasure }: LoadedProps) => {
  const { store, live } = useApp();
  const { view, strip, lacking } = model;
  const selection = useSignal<Ranges>(query["select"] === "failed" ? rangesOf(view.statuses, new Set(["Failed"])) : []);
  const can = store.snapshot.value?.can ?? {};
  const { status, text } = summaryOf(view);
  const select = (next: Ranges): void => {
    selection.value = next;
  };
  const selected = countOf(selection.value);
  useEffect(() => {
    if (selected > 0) live.say(`${formatNumber(selected)} selected`);
  }, [selected, live]);
  const lackingCount = countOf(lacking);
  const session = useRef(new AbortController());
  useEffect(() => () => session.current.abort(), []);
  const backfill = async (): Promise<void> => {
    const { signal } = session.current;
    const rows: typeof store.inspection.partitionRows = (asset, options) => store.inspection.partitionRows(asset, options);
    try {
      store.plan(await backfillOf(rows, name, lacking, signal));
    } catch (cause) {
      if (!signal.aborted) live.warn(`Cannot plan the backfill: ${problemOf(cause).message}`);
    }
  };
  return (
    <>
      <Head
        crumbs={crumbsOf(name)}
        title={name}
        extra={
          <>
            <Status status={status} text={text} />
            <Switch name={name} />
          </>
        }
        acts={
          <>
            <Button class="only-wide" disabled={lackingCount === 0} onClick={() => select(lacking)}>
              Select what is missing
            </Button>
            {can.backfill && (
              <Button
                look="primary"
                icon="play"
                disabled={lackingCount === 0}
                title="What is missing and what has failed"
                onClick={backfill}
              >
                Backfill {lackingCount > 0 ? formatNumber(lackingCount) : ""}
              </Button>
            )}
          </>
        }
      />
      <div class="content">
        <Facts name={name} model={model} />
        <Card
          title={strip.title}
          sub={strip.caption}
          acts={<Measure measures={view.measures} value={measure} onChange={onMeasure} />}
          foot={<Legend model={model} measure={measure} onSelect={select} />}
        >
          <div class="pad heat-pad">
            {view.total === 0 ? (
              <p class="dim">There are no partitions yet.</p>
            ) : (
              <Heat
                model={model}
                // The model of the measure before stays until the next one has come.
                measured={model.measured?.name === measure ? model.measured : undefined}
                selection={selection.value}
                onSelect={select}
              />
            )}
          </div>
        </Card>
        {selected > 0 && <Selected name={name} view={view} strip={strip} selection={selection.value} onClear={() => select([])} />}
        {view.removed > 0 && (
          <p class="sm faint">{formatNumber(view.removed)} more were recorded once; the definition no longer has them.</p>
        )}
      </div>
    </>
  );
};

/** The way to the partitions of another asset. */
const Switch = ({ name }: { readonly name: string }) => {
  const { store, router } = useApp();
  const names = (store.snapshot.value?.nodes ?? []).filter(({ counts }) => counts !== undefined).map((node) => node.name);
  if (names.length < 2) return null;
  return (
    <select
      aria-label="Partitioned asset"
      value={name}
      onChange={(event) => router.go({ screen: "partitions", name: event.currentTarget.value })}
    >
      {names.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </select>
  );
};

interface MeasureProps {
  readonly measures: readonly string[];
  readonly value: string;
  readonly onChange: (measure: string) => void;
}

/** More choices than these are a list. */
const mostButtons = 4;

/** What the colors tell. */
const Measure = ({ measures, value, onChange }: MeasureProps) => {
  const choices = measureChoices(measures);
  const [few, others] = [choices.slice(0, mostButtons), choices.slice(mostButtons)];
  const titles = few.map(measureTitle);
  const choose = (title: string): void => onChange(few[titles.indexOf(title)] ?? "status");
  return (
    <>
      <Segmented label="Color by" options={titles} value={measureTitle(value)} onChange={choose} />
      {others.length > 0 && (
        <select
          class="only-wide"
          aria-label="Color by other metadata"
          value={others.includes(value) ? value : ""}
          onChange={(event) => onChange(event.currentTarget.value || "status")}
        >
          <option value="">More…</option>
          {others.map((each) => (
            <option key={each} value={each}>
              {measureTitle(each)}
            </option>
          ))}
        </select>
      )}
    </>
  );
};

interface LegendProps {
  readonly model: PartitionsModel;
  readonly measure: string;
  readonly onSelect: (next: Ranges) => void;
}

const Legend = ({ model: { view, measured }, measure, onSelect }: LegendProps) => {
  const { counts } = view;
  const kinds = [
    ["fail", "failed", counts.failed, "Failed"],
    ["none", "missing", counts.missing, "Missing"],
    ["run", "running", counts.running, "Running"],
    ["stale", "stale", counts.stale, "Stale"],
    ["loose", "unrecorded", counts.unrecorded, "Unrecorded"],
  ] as const;
  return (
    <span class="legend">
      {measured === undefined ? (
        <span>
          <i class="cell ok" />
          up to date
        </span>
      ) : (
        <span class="scale">
          0<i class="cell h0" />
          <i class="cell h1" />
          <i class="cell h2" />
          <i class="cell h3" />
          <i class="cell h4" />
          {measureText(measure, measured.shades.darkest)}+ {measure === "age" || measure === "seconds" ? "" : measure}
        </span>
      )}
      {kinds
        .filter(([, , count]) => count > 0)
        .map(([form, word, count, status]) => (
          <button
            key={form}
            type="button"
            title={`Select what is ${word}`}
            onClick={() => onSelect(rangesOf(view.statuses, new Set([status])))}
          >
            <i class={`cell ${form === "stale" && measured !== undefined ? "h2 old" : form}`} />
            {formatNumber(count)} {word}
          </button>
        ))}
    </span>
  );
};
