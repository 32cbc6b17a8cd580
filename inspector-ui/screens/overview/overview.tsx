import { useMemo } from "preact/hooks";
import { useKeys } from "../../frame/keys.ts";
import { Button, Head } from "../../parts/basics.tsx";
import { formatCount } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { useStore } from "../../state/context.ts";
import { Attention } from "./attention.tsx";
import { FirstVisit } from "./first-visit.tsx";
import { GraphCard } from "./graph-card.tsx";
import { Activity, RecentRuns } from "./recent.tsx";
import { isFirstVisit, needing, summaryOf } from "./summary.ts";

/** How everything stands: what needs somebody, the graph, the runs and what goes on. */
export const Overview = () => {
  const store = useStore();
  const snapshot = store.snapshot.value;
  const nodes = snapshot?.nodes;
  const names = useMemo(() => (nodes === undefined ? [] : needing({ nodes })), [nodes]);
  const summary = useMemo(() => (nodes === undefined ? [] : summaryOf({ nodes })), [nodes]);
  const canMake = snapshot?.can.materialize === true && names.length > 0;
  const plan = (): void => store.plan({ type: "materialize", selection: names });
  useKeys(canMake ? [{ keys: "m", label: "Plan what needs it", group: "This screen", run: plan }] : []);
  if (snapshot === undefined) return null;
  if (isFirstVisit(snapshot)) return <FirstVisit />;
  return (
    <>
      <Head
        title={snapshot.name}
        extra={
          <ul class="row wrap summary" aria-label="How many assets have which status">
            {summary.map(({ form, text, label }) => (
              <li key={form} class={`st c-${form}`}>
                <Glyph form={form} />
                <span aria-hidden="true">{text}</span>
                <span class="sr">{label}</span>
              </li>
            ))}
          </ul>
        }
        acts={
          canMake && (
            <>
              <Button class="only-wide" onClick={plan}>
                Plan
              </Button>
              <Button look="primary" icon="play" onClick={plan}>
                {`Materialize ${formatCount(names.length, "asset")} that ${names.length === 1 ? "needs" : "need"} it`}
              </Button>
            </>
          )
        }
      />
      <div class="content">
        <GraphCard />
        <div class="cols c3">
          <Attention rows={snapshot.attention} />
          <RecentRuns runs={snapshot.runs} />
          <Activity />
        </div>
      </div>
    </>
  );
};
