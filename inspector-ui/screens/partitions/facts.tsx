import type { PartitionRow, PartitionsView } from "../../../src/inspector/inspection.ts";
import { formatNumber } from "../../parts/format.ts";
import { useApp, useResource } from "../../state/context.ts";
import { failureKind } from "../run/failure.ts";
import type { PartitionsModel } from "./model.ts";
import { rangesOf } from "./statuses.ts";
import type { Strip } from "./strip.ts";
import { measureText, measureTitle, nameOf, spread } from "./words.ts";

interface FactsProps {
  readonly name: string;
  readonly model: PartitionsModel;
}

/** The four numbers above the strip. */
export const Facts = ({ name, model: { view, strip, measured } }: FactsProps) => {
  const { counts, total, shape } = view;
  const firstMissing = rangesOf(view.statuses, new Set(["Missing"]))[0]?.[0];
  return (
    <div class="facts">
      <div>
        <span class="sm dim">Made</span>
        <b>{formatNumber(total - counts.missing - counts.failed)}</b>
        <span class="sm faint">
          of {formatNumber(total)}
          {shape.kind === "time" ? `, ${shape.timeZone}` : ""}
        </span>
      </div>
      <div>
        <span class="sm dim">Failed</span>
        <b class={counts.failed > 0 ? "c-fail" : ""}>{formatNumber(counts.failed)}</b>
        <span class="sm faint clip">{counts.failed > 0 ? <FailureKind name={name} view={view} /> : "no failure"}</span>
      </div>
      <div>
        <span class="sm dim">Missing</span>
        <b>{formatNumber(counts.missing)}</b>
        <span class="sm faint clip">{firstMissing === undefined ? "nothing" : `from ${nameOf(strip, firstMissing)}`}</span>
      </div>
      <div>
        {measured?.facts === undefined ? (
          <>
            <span class="sm dim">Stale</span>
            <b class={counts.stale > 0 ? "c-stale" : ""}>{formatNumber(counts.stale)}</b>
            <span class="sm faint">{counts.running > 0 ? `${formatNumber(counts.running)} running` : "nothing is running"}</span>
          </>
        ) : (
          <>
            <span class="sm dim">{measured.name === "age" ? "Age" : `${measureTitle(measured.name)} per ${unitOf(strip)}`}</span>
            <b>{measureText(measured.name, Number(measured.facts.mean.toPrecision(3)))}</b>
            <span class="sm faint">{spread(measured.name, measured.facts)}</span>
          </>
        )}
      </div>
    </div>
  );
};

const unitOf = ({ caption }: Strip): string => /^(hour|day|week|month) by /.exec(caption)?.[1] ?? "partition";

/** The error of the first failed partition: mostly it is that of all. */
const FailureKind = ({ name, view }: { readonly name: string; readonly view: PartitionsView }) => {
  const { store } = useApp();
  const first = rangesOf(view.statuses, new Set(["Failed"]))[0]?.[0] ?? 0;
  const { value } = useResource<readonly PartitionRow[]>({
    key: `partitions/${JSON.stringify([name, "row", first])}`,
    load: (signal) => store.inspection.partitionRows(name, { from: first, to: first + 1, signal }),
  });
  const failure = value.value?.[0]?.failure;
  return <>{failure === undefined ? " " : failureKind({ failure })}</>;
};
