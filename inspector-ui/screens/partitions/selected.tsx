import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { Action, PartitionRow, PartitionsView, PlanView } from "../../../src/inspector/inspection.ts";
import { hrefOf } from "../../frame/route.ts";
import { Button, Card, Status, Version } from "../../parts/basics.tsx";
import { formatNumber } from "../../parts/format.ts";
import { Problem } from "../../parts/problem-note.tsx";
import { useApp, useResource } from "../../state/context.ts";
import { partitionsOf } from "../plan/plan-words.ts";
import { canBeNamed, mostKeys, selectedRows } from "./key-pages.ts";
import { countOf, type Ranges } from "./ranges.ts";
import { countStatuses } from "./statuses.ts";
import type { Strip } from "./strip.ts";
import { happened, measureText, partitionCount, selectionTitle } from "./words.ts";

interface SelectedProps {
  readonly name: string;
  readonly view: PartitionsView;
  readonly strip: Strip;
  readonly selection: Ranges;
  readonly onClear: () => void;
}

const pageSize = 100;

/** What is selected, row by row, and the backfill of it. */
export const Selected = ({ name, view, strip, selection, onClear }: SelectedProps) => {
  const { store } = useApp();
  const limit = useSignal(pageSize);
  const count = countOf(selection);
  const settled = useSettled(selection, 120);
  const { value, error, reload } = useResource<readonly PartitionRow[]>({
    key: `partitions/${JSON.stringify([name, "rows", settled, limit.value])}`,
    load: (signal) => selectedRows((asset, options) => store.inspection.partitionRows(asset, options), name, settled, limit.value, signal),
    isTouched: (batch) => batch.events.some(({ asset }) => asset === name),
  });
  const rows = value.value ?? [];
  const byPosition = useMemo(() => new Map(rows.map((row) => [row.position, row])), [rows]);
  const now = store.now.value;
  const { measure } = view;
  return (
    <div class="cols c-main">
      <Card
        title={selectionTitle(strip, selection, (position) => byPosition.get(position))}
        sub={`${formatNumber(count)} selected`}
        acts={
          <Button look="quiet" onClick={onClear}>
            Clear
          </Button>
        }
        {...(count > limit.value && {
          foot: (
            <Button look="quiet" onClick={() => (limit.value += pageSize)}>
              Show {formatNumber(Math.min(pageSize, count - limit.value))} more
            </Button>
          ),
        })}
      >
        {error.value !== undefined && <Problem error={error.value} onRetry={reload} />}
        <div class="scroll" tabIndex={0} role="region" aria-label="Selected partitions">
          <table class="t">
            <thead>
              <tr>
                <th>partition</th>
                <th>status</th>
                {measure !== undefined && <th class="right">{measure.name}</th>}
                <th class="only-wide">version</th>
                <th class="only-wide">what happened</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.position}>
                  <td class="mono">
                    <a class="link" href={hrefOf({ screen: "asset", name, query: { partition: row.key } })}>
                      {row.key}
                    </a>
                  </td>
                  <td>
                    <Status status={row.status} />
                  </td>
                  {measure !== undefined && <td class="right">{measureCell(measure, row.position)}</td>}
                  <td class="only-wide">
                    {row.latest === undefined ? <span class="faint">—</span> : <Version version={row.latest.dataVersion} />}
                  </td>
                  <td class="dim only-wide what">{happened(row, now)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
      <Backfill name={name} view={view} selection={selection} settled={settled} />
    </div>
  );
};

function measureCell(measure: NonNullable<PartitionsView["measure"]>, position: number): string {
  const value = measure.values[position];
  return value === null || value === undefined ? "—" : measureText(measure.name, value);
}

interface BackfillProps {
  readonly name: string;
  readonly view: PartitionsView;
  readonly selection: Ranges;
  /** The selection once it has stopped changing. */
  readonly settled: Ranges;
}

/** The button counts what would really be made; what others make already is left to them. */
const Backfill = ({ name, view, selection, settled }: BackfillProps) => {
  const { store } = useApp();
  const withDownstream = useSignal(true);
  const can = store.snapshot.value?.can ?? {};
  const count = countOf(selection);
  const downstream = useMemo(() => {
    const snapshot = store.snapshot.peek();
    const position = snapshot?.nodes.findIndex((node) => node.name === name) ?? -1;
    // With a mapping its partitions have other keys.
    const isSameKey = ([from, , mapping]: readonly [number, number, string?]): boolean => from === position && mapping === undefined;
    const targets = (snapshot?.edges ?? []).filter(isSameKey).map(([, to]) => snapshot?.nodes[to]);
    return targets.flatMap((node) => (node !== undefined && node.kind === "asset" && node.counts !== undefined ? [node.name] : []));
  }, [store, name]);
  const keys = useResource<readonly string[]>({
    key: `partitions/${JSON.stringify([name, "keys", canBeNamed(settled) ? settled : "none"])}`,
    load: async (signal) => {
      if (!canBeNamed(settled)) return [];
      const rows = await selectedRows((asset, options) => store.inspection.partitionRows(asset, options), name, settled, mostKeys, signal);
      return rows.map(({ key }) => key);
    },
  });
  const partitions = keys.value.value;
  const action = useMemo(
    (): Action | undefined =>
      partitions === undefined || partitions.length === 0
        ? undefined
        : { type: "backfill", selection: withDownstream.value ? [name, ...downstream] : [name], partitions },
    [partitions, name, downstream, withDownstream.value],
  );
  if (!can.backfill) return null;
  const running = countStatuses(view.statuses, selection).get("Running") ?? 0;
  return (
    <Card title={`Backfill ${count === 1 ? "this one" : `these ${formatNumber(count)}`}`}>
      <div class="pad stack tight">
        {!canBeNamed(selection) ? (
          <p class="dim">
            More than {formatNumber(mostKeys)} cannot be named one by one. Use the button above for all that are missing, or select fewer.
          </p>
        ) : (
          <>
            {action === undefined ? <p class="dim">Looking at what is there…</p> : <Effect action={action} running={running} />}
            {downstream.length > 0 && (
              <label class="row">
                <input
                  type="checkbox"
                  checked={withDownstream.value}
                  onChange={(event) => (withDownstream.value = event.currentTarget.checked)}
                />
                Include what is made from them: {downstream.slice(0, 3).join(", ")}
              </label>
            )}
            <BackfillButton action={action} count={count} />
          </>
        )}
      </div>
    </Card>
  );
};

function usePlanOf(action: Action): { readonly plan: PlanView | undefined; readonly error: unknown } {
  const { store } = useApp();
  const { value, error } = useResource<PlanView>({
    key: `plan/${JSON.stringify(action)}`,
    load: (signal) => store.inspection.plan(action, { signal }),
    isTouched: (batch) => batch.events.some(({ type }) => type === "RunEnd" || type === "RunStart" || type === "Materialization"),
  });
  return { plan: value.value, error: error.value };
}

const Effect = ({ action, running }: { readonly action: Action; readonly running: number }) => {
  const { plan, error } = usePlanOf(action);
  if (error !== undefined) return <Problem error={error} />;
  if (plan === undefined) return <p class="dim">Working out what it would do…</p>;
  const isToldOfRunning = plan.notes.length > 0 || running === 0;
  return (
    <div class="dim">
      <p>{plan.summary}</p>
      {plan.notes.map((note) => (
        <p key={note}>{note}</p>
      ))}
      {!isToldOfRunning && <p>{partitionCount(running)} of these are being made already.</p>}
      {plan.refused !== undefined && <p class="c-fail">{plan.refused.message}</p>}
    </div>
  );
};

const BackfillButton = ({ action, count }: { readonly action: Action | undefined; readonly count: number }) => {
  if (action === undefined) {
    return (
      <Button look="primary" icon="play" disabled>
        Backfill {partitionCount(count)}
      </Button>
    );
  }
  return <PlannedButton action={action} />;
};

const PlannedButton = ({ action }: { readonly action: Action }) => {
  const { store } = useApp();
  const { plan } = usePlanOf(action);
  const made = plan === undefined ? undefined : partitionsOf(plan);
  return (
    <Button
      look="primary"
      icon="play"
      disabled={made === undefined || made === 0 || plan?.refused !== undefined}
      onClick={() => store.plan(action)}
    >
      {made === undefined ? "Backfill" : made === 0 ? "Nothing to make" : `Backfill ${partitionCount(made)}`}
    </Button>
  );
};

/** A value once it has not changed for a time: a drag asks for what it ends with. */
function useSettled<Value>(value: Value, ms: number): Value {
  const settled = useSignal(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      settled.value = value;
    }, ms);
    return () => clearTimeout(timer);
  }, [value, ms, settled]);
  return settled.value;
}
