import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Layout } from "../../../src/inspector/layered.ts";
import { hrefOf } from "../../frame/route.ts";
import { Ago } from "../../parts/basics.tsx";
import { formatCount } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { formOf, wordOf } from "../../parts/status.ts";
import { useStore } from "../../state/context.ts";
import { type GraphItem, type GraphModel, type GroupItem, wireForm } from "./graph-model.ts";
import { stepFrom } from "./graph-steps.ts";
import { layoutLater, layoutNow, workerAbove } from "./layout.ts";
import { attentionByAsset, ghostText, labelOf, type NodeText, progressBySteps, textOf } from "./node-text.ts";
import { isBoxIn, isWireIn, type View, viewOf, wirePath } from "./wires.ts";

/** The layout of a model: at once when it is small, from a worker when it is large. */
export function useLayout(model: GraphModel): Layout | undefined {
  const isLarge = model.boxes.length > workerAbove;
  // Nothing is laid out anew for what changes no box and no edge.
  const shape = useMemo(() => model.items.map(({ key }) => key).join("\n"), [model]);
  const small = useMemo(() => (isLarge ? undefined : layoutNow(model.boxes, model.edges)), [shape, isLarge]);
  const large = useSignal<Layout | undefined>(undefined);
  useEffect(() => {
    large.value = undefined;
    if (!isLarge) return;
    const aborter = new AbortController();
    void layoutLater(model.boxes, model.edges, aborter.signal).then((layout) => {
      if (!aborter.signal.aborted) large.value = layout;
    });
    return () => aborter.abort();
  }, [shape, isLarge, large]);
  return small ?? large.value;
}

interface GraphProps {
  readonly model: GraphModel;
  readonly layout: Layout | undefined;
  /** Drawn as what would be made: without colours of edges. */
  readonly isGhost?: boolean;
}

/** The graph: links in order of dependency, of which only those near what is seen are in the document. Arrow keys follow edges. */
export const Graph = ({ model, layout, isGhost = false }: GraphProps) => {
  const scroller = useRef<HTMLDivElement>(null);
  const store = useStore();
  const view = useView(scroller, layout === undefined);
  const attention = store.snapshot.value?.attention;
  const attentionOf = useMemo(() => attentionByAsset(attention ?? []), [attention]);
  const progress = progressBySteps(store.live.value);
  const order = useMemo(() => inOrder(layout?.boxes ?? []), [layout]);
  if (layout === undefined) return <div class="graph waiting-graph" ref={scroller} />;
  const { boxes } = layout;
  const isSeen = (index: number): boolean => {
    const box = boxes[index];
    return box !== undefined && isBoxIn(box, view.value);
  };
  return (
    <div
      class={`graph ${isGhost ? "ghost" : ""}`}
      ref={scroller}
      role="group"
      aria-label="Asset graph"
      // It scrolls: keys have to reach it.
      tabIndex={0}
      onKeyDown={(event) => step(event, model, layout, scroller)}
    >
      <div class="stage" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
        <svg class="wires" width={layout.width} height={layout.height} aria-hidden="true">
          {model.edges.map(([from, to]) => {
            const [start, end] = [boxes[from], boxes[to]];
            const [input, output] = [model.items[from], model.items[to]];
            if (!start || !end || !input || !output || !isWireIn(start, end, view.value)) return null;
            return <path key={`${from} ${to}`} class={isGhost ? "" : wireForm(input, output)} d={wirePath(start, end)} />;
          })}
        </svg>
        {order.filter(isSeen).map((index) => {
          const item = model.items[index];
          const box = boxes[index];
          if (item === undefined || box === undefined) return null;
          const style = { left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px`, height: `${box.height}px` };
          return item.kind === "node" ? (
            <NodeCard
              key={item.key}
              item={item}
              style={style}
              isGhost={isGhost}
              text={isGhost ? ghostText(item.node) : textOf(item.node, progress, attentionOf)}
            />
          ) : (
            <GroupCard key={item.key} group={item} style={style} />
          );
        })}
      </div>
    </div>
  );
};

/** The positions of boxes by column and by their place in it. */
const inOrder = (boxes: Layout["boxes"]): readonly number[] =>
  [...boxes.entries()].sort(([, left], [, right]) => left.layer - right.layer || left.order - right.order).map(([index]) => index);

interface CardStyle {
  readonly style: Readonly<Record<string, string>>;
}

interface NodeCardProps extends CardStyle {
  readonly item: GraphItem & { kind: "node" };
  readonly text: NodeText;
  readonly isGhost: boolean;
}

const NodeCard = ({ item, style, isGhost, text }: NodeCardProps) => {
  const { node } = item;
  return (
    <a
      class={`node ${node.kind} ${formOf(node.status)}`}
      href={hrefOf({ screen: "asset", name: node.name })}
      data-item={item.key}
      style={style}
      aria-label={labelOf(node, text)}
      title={node.name}
    >
      <span class="name">
        <span class="clip">{node.name}</span>
        {node.kind !== "task" && <Glyph form={formOf(node.status)} />}
      </span>
      {node.kind !== "task" && (
        <span class="meta">
          <span class="clip">{text.what}</span>
          {text.at !== undefined && <Ago at={text.at} class="faint" />}
        </span>
      )}
      {!isGhost && <Bar item={item} text={text} />}
    </a>
  );
};

const Bar = ({ item: { node }, text }: { readonly item: GraphItem & { kind: "node" }; readonly text: NodeText }) => {
  if (text.done !== undefined) {
    return (
      <span class="bar" aria-hidden="true">
        <span class="b-run" style={{ width: `${text.done * 100}%` }} />
      </span>
    );
  }
  const { counts } = node;
  if (counts === undefined) return null;
  const parts = [
    ["b-ok", counts.ok],
    ["b-stale", counts.stale],
    ["b-run", counts.running],
    ["b-loose", counts.unrecorded],
    ["b-fail", counts.failed],
    ["b-none", counts.missing],
  ] as const;
  return (
    <span class="bar" aria-hidden="true">
      {parts.map(
        ([name, count]) => count > 0 && <span key={name} class={name} style={{ flex: `${Math.max(count, counts.total * 0.02)}` }} />,
      )}
    </span>
  );
};

const GroupCard = ({ group, style }: { readonly group: GroupItem } & CardStyle) => (
  <a
    class={`node group ${formOf(group.status)}`}
    href={hrefOf({ screen: "overview", query: { group: group.name } })}
    data-item={group.key}
    style={style}
    aria-label={`${group.name}, group of ${formatCount(group.count, "node")}, worst: ${wordOf(group.status)}. Open it`}
  >
    <span class="name">
      <span class="clip">{group.name}</span>
      <Glyph form={formOf(group.status)} />
    </span>
    <span class="meta">
      <span class="clip">{group.lacking > 0 ? `${group.lacking} of ${group.count} need something` : formatCount(group.count, "node")}</span>
    </span>
  </a>
);

/** What is seen of the scroller, and half as much around it. Everything, until it is known. */
function useView(scroller: RefObject<HTMLDivElement | null>, isWaiting: boolean) {
  const everything: View = { left: -1, top: -1, right: 3_000, bottom: 1_500 };
  const view = useSignal(everything);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const read = (): void => {
      const next = viewOf(element);
      const now = view.peek();
      if (next.left !== now.left || next.top !== now.top || next.right !== now.right || next.bottom !== now.bottom) view.value = next;
    };
    element.addEventListener("scroll", read, { passive: true });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", read);
      observer.disconnect();
    };
  }, [scroller, isWaiting, view]);
  return view;
}

function step(event: KeyboardEvent, model: GraphModel, layout: Layout, scroller: RefObject<HTMLDivElement | null>): void {
  const element = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-item]") : null;
  const from = model.items.findIndex(({ key }) => key === element?.dataset["item"]);
  const to = stepFrom(from, event.key, model.edges, layout.boxes);
  if (to === undefined) return;
  event.preventDefault();
  const box = layout.boxes[to];
  const graph = scroller.current;
  const key = model.items[to]?.key;
  if (box === undefined || graph === null || key === undefined) return;
  if (box.x < graph.scrollLeft || box.x + box.width > graph.scrollLeft + graph.clientWidth)
    graph.scrollLeft = box.x - graph.clientWidth / 3;
  if (box.y < graph.scrollTop || box.y + box.height > graph.scrollTop + graph.clientHeight)
    graph.scrollTop = box.y - graph.clientHeight / 3;
  const focus = (): boolean => {
    const card = graph.querySelector<HTMLElement>(`[data-item="${CSS.escape(key)}"]`);
    card?.focus({ preventScroll: true });
    return card !== null;
  };
  // A card that was out of sight is drawn with the next frame. One in sight has the focus at once, and the next key may move it on.
  if (!focus()) requestAnimationFrame(() => requestAnimationFrame(focus));
}
