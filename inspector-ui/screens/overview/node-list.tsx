import { useMemo, useRef } from "preact/hooks";
import type { Layout } from "../../../src/inspector/layered.ts";
import { hrefOf } from "../../frame/route.ts";
import { FormStatus } from "../../parts/basics.tsx";
import { formatBytes, formatCount } from "../../parts/format.ts";
import { useRowWindow } from "../../parts/rows.tsx";
import { formOf, wordOf } from "../../parts/status.ts";
import { useStore } from "../../state/context.ts";
import type { GraphItem, GraphModel } from "./graph-model.ts";
import { wireForm } from "./graph-model.ts";
import { type Lanes, lanesOf } from "./lanes.ts";
import { attentionByAsset, ghostText, labelOf, type NodeText, progressBySteps, textOf } from "./node-text.ts";

const rowHeight = 52;
/** As many rows are drawn without a scroller of their own. */
const maximumWhole = 60;

interface NodeListProps {
  readonly model: GraphModel;
  readonly layout: Layout | undefined;
  readonly isGhost?: boolean;
}

/** The same graph as a list: a row for each node, its edges in lanes at the left. */
export const NodeList = ({ model, layout, isGhost = false }: NodeListProps) => {
  const scroller = useRef<HTMLDivElement>(null);
  const lanes = useMemo(() => lanesOf(inOrder(layout, model.items.length), model.edges), [layout, model]);
  const isLong = lanes.rows.length > maximumWhole;
  const window = useRowWindow(scroller, { count: lanes.rows.length, rowHeight, isFollowed: isLong });
  const shown = isLong ? window.rows.map(({ index }) => index) : lanes.rows.map((_, index) => index);
  const first = shown[0] ?? 0;
  const last = shown.at(-1) ?? -1;
  const left = 26 + lanes.width * 13;
  return (
    <div class={`lanes ${isLong ? "long" : ""}`} ref={scroller} {...(isLong ? { tabIndex: 0 } : {})}>
      <ul style={{ height: `${window.height}px`, "--lane": `${left}px` }} aria-label="Assets in order of dependency">
        <LaneLines model={model} lanes={lanes} first={first} last={last} isGhost={isGhost} />
        {shown.map((row) => {
          const item = model.items[lanes.rows[row]?.item ?? -1];
          return item === undefined ? null : <NodeLine key={item.key} item={item} top={row * rowHeight} isGhost={isGhost} />;
        })}
      </ul>
    </div>
  );
};

/** Items by column and by their place in it. */
function inOrder(layout: Layout | undefined, count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  if (layout === undefined) return all;
  const { boxes } = layout;
  return all.sort(
    (left, right) => (boxes[left]?.layer ?? 0) - (boxes[right]?.layer ?? 0) || (boxes[left]?.order ?? 0) - (boxes[right]?.order ?? 0),
  );
}

const NodeLine = ({ item, top, isGhost }: { readonly item: GraphItem; readonly top: number; readonly isGhost: boolean }) => {
  const store = useStore();
  const style = { top: `${top}px` };
  if (item.kind === "group") {
    return (
      <li style={style}>
        <a class="hit" href={hrefOf({ screen: "overview", query: { group: item.name } })}>
          <span class="two grow">
            <b>{item.name}</b>
            <span class="sm dim clip">{formatCount(item.count, "node")}</span>
          </span>
          <FormStatus form={formOf(item.status)} text={wordOf(item.status)} />
        </a>
      </li>
    );
  }
  const { node } = item;
  const text: NodeText = isGhost
    ? ghostText(node)
    : textOf(
        node,
        progressBySteps(store.live.value),
        attentionByAsset(store.snapshot.value?.attention.filter(({ asset }) => asset === node.name) ?? []),
      );
  const bytes = node.latest?.size?.name === "bytes" && node.status !== "UpToDate" ? ` · ${formatBytes(node.latest.size.value)}` : "";
  return (
    <li style={style}>
      <a class="hit" href={hrefOf({ screen: "asset", name: node.name })} aria-label={labelOf(node, text)}>
        <span class="two grow">
          <b class="clip">{node.name}</b>
          <span class="sm dim clip">
            {text.what}
            {isGhost ? "" : bytes}
          </span>
        </span>
        {node.kind !== "task" && <FormStatus form={formOf(node.status)} text={wordOf(node.status)} />}
      </a>
    </li>
  );
};

interface LaneLinesProps {
  readonly model: GraphModel;
  readonly lanes: Lanes;
  readonly first: number;
  readonly last: number;
  readonly isGhost: boolean;
}

/** The lines and dots of the rows that are drawn. */
const LaneLines = ({ model, lanes, first, last, isGhost }: LaneLinesProps) => {
  const x = (row: number): number => 14 + (lanes.rows[row]?.lane ?? 0) * 13;
  const y = (row: number): number => row * rowHeight + rowHeight / 2;
  return (
    <svg class="wires" width={lanes.width * 13 + 20} height={lanes.rows.length * rowHeight} aria-hidden="true">
      {model.edges.map(([from, to]) => {
        const start = lanes.rowOf[from];
        const end = lanes.rowOf[to];
        const [input, output] = [model.items[from], model.items[to]];
        if (start === undefined || end === undefined || !input || !output || end <= start || end < first || start > last) return null;
        const [xa, xb, ya, yb] = [x(start), x(end), y(start), y(end)];
        return (
          <g key={`${from} ${to}`}>
            <path d={`M${xa} ${ya}V${yb - 26}`} />
            <path class={isGhost ? "" : wireForm(input, output)} d={`M${xa} ${yb - 26}C${xa} ${yb - 8} ${xb} ${yb - 18} ${xb} ${yb}`} />
          </g>
        );
      })}
      {lanes.rows.slice(first, last + 1).map(({ item }, offset) => {
        const shown = model.items[item];
        if (shown === undefined) return null;
        const status = shown.kind === "group" ? shown.status : shown.node.status;
        const isTask = shown.kind === "node" && shown.node.kind === "task";
        return (
          <circle key={shown.key} class={`c-${isTask ? "none" : formOf(status)}`} cx={x(first + offset)} cy={y(first + offset)} r="4" />
        );
      })}
    </svg>
  );
};
