import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { hrefOf } from "../../frame/route.ts";
import { Card, Segmented } from "../../parts/basics.tsx";
import { formatCount } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { legend } from "../../parts/status.ts";
import { useNarrow } from "../../parts/use-media.ts";
import { useApp } from "../../state/context.ts";
import { Graph, useLayout } from "./graph.tsx";
import { graphModel } from "./graph-model.ts";
import { NodeList } from "./node-list.tsx";

/** The graph of all assets, or the same as a list. On narrow screens it is the list. */
export const GraphCard = () => {
  const { store, router } = useApp();
  const show = useSignal<"Graph" | "Table">("Graph");
  const snapshot = store.snapshot.value;
  const open = router.route.value.query["group"];
  const model = useMemo(() => graphModel(snapshot ?? { nodes: [], edges: [] }, open), [snapshot?.nodes, snapshot?.edges, open]);
  const layout = useLayout(model);
  // One of the two is in the document: both would be laid out.
  const isList = useNarrow() || show.value === "Table";
  const count = formatCount(snapshot?.nodes.length ?? 0, "node");
  return (
    <Card
      class="graph-card"
      title="Asset graph"
      sub={
        model.isCollapsed && open !== undefined ? (
          <a class="link" href={hrefOf({ screen: "overview" })}>
            Close {open}
          </a>
        ) : model.isCollapsed ? (
          `${count} in ${formatCount(model.items.length, "group")}`
        ) : (
          count
        )
      }
      acts={
        <span class="only-wide">
          <Segmented label="Show as" options={["Graph", "Table"]} value={show.value} onChange={(next) => (show.value = next)} />
        </span>
      }
      foot={
        <span class="legend only-wide">
          {legend.map(([form, text]) => (
            <span key={form}>
              <Glyph form={form} />
              {text}
            </span>
          ))}
        </span>
      }
    >
      {isList ? <NodeList model={model} layout={layout} /> : <Graph model={model} layout={layout} />}
    </Card>
  );
};
