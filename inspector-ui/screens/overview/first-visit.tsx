import { useMemo } from "preact/hooks";
import { hrefOf } from "../../frame/route.ts";
import { Button, Card } from "../../parts/basics.tsx";
import { formatCount, formatDuration } from "../../parts/format.ts";
import { Icon } from "../../parts/icon.tsx";
import { useNarrow } from "../../parts/use-media.ts";
import { useApp, useResource } from "../../state/context.ts";
import { Graph, useLayout } from "./graph.tsx";
import { graphModel } from "./graph-model.ts";
import { NodeList } from "./node-list.tsx";

/** Before anything was materialized: the graph as it would be, and one button. */
export const FirstVisit = () => {
  const { store, slots } = useApp();
  const snapshot = store.snapshot.value;
  const model = useMemo(() => graphModel(snapshot ?? { nodes: [], edges: [] }), [snapshot?.nodes, snapshot?.edges]);
  const layout = useLayout(model);
  const isList = useNarrow();
  const all = snapshot?.nodes.filter(({ kind }) => kind === "asset").map(({ name }) => name) ?? [];
  const canMake = snapshot?.can.materialize === true;
  const action = { type: "materialize", selection: all } as const;
  const plan = useResource({
    key: "plan of everything",
    load: (signal) => (canMake ? store.inspection.plan(action, { signal }) : Promise.resolve(undefined)),
  }).value.value;
  const partitions = snapshot?.nodes.reduce((sum, { counts }) => sum + (counts?.total ?? 0), 0) ?? 0;
  const about = plan?.estimateMs === undefined ? "" : `, about ${formatDuration(plan.estimateMs)}`;
  return (
    <>
      <div class="hero">
        <h1 tabIndex={-1}>Nothing has been materialized yet</h1>
        <p>
          {formatCount(all.length, "asset is", "assets are")} declared. Materialize them here: values and records stay in {snapshot?.where},
          and are the same bytes that any other runtime would write.
        </p>
        {slots.firstVisit !== undefined && <slots.firstVisit />}
        <div class="row wrap middle">
          {canMake && (
            <Button look="primary" icon="play" class="tall" onClick={() => store.plan(action)}>
              {`Materialize all${about}`}
            </Button>
          )}
          {snapshot?.can.import === true && (
            <a class="btn tall" href={hrefOf({ screen: "storage", query: { import: "1" } })}>
              <Icon name="up" />
              Import a file
            </a>
          )}
        </div>
      </div>
      <div class="content">
        <Card
          class="graph-card"
          title="What would be materialized"
          sub={`${formatCount(model.items.length, "node")}${partitions > 0 ? `, ${formatCount(partitions, "partition")}` : ""}`}
        >
          {isList ? <NodeList model={model} layout={layout} isGhost /> : <Graph model={model} layout={layout} isGhost />}
        </Card>
      </div>
    </>
  );
};
