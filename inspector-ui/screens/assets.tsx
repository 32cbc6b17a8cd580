import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { NodeRow } from "../../src/inspector/inspection.ts";
import { useKeys } from "../frame/keys.ts";
import { hrefOf } from "../frame/route.ts";
import { Ago, Card, Head, Status, Version } from "../parts/basics.tsx";
import { formatCount, formatNumber } from "../parts/format.ts";
import { useRowWindow } from "../parts/rows.tsx";
import { useApp } from "../state/context.ts";
import { type AssetOrder, type Column, listAssets, nextOrder } from "./assets-list.ts";
import { amountOf } from "./overview/node-text.ts";

const rowHeight = 36;
const columns: readonly (readonly [column: Column | undefined, text: string, name: string])[] = [
  ["name", "asset", ""],
  ["status", "status", ""],
  [undefined, "group", "only-wide"],
  ["size", "holds", "right only-wide"],
  [undefined, "version", "only-wide"],
  ["at", "updated", "right"],
];

/** All assets: what each holds, and how it stands. */
export const Assets = () => {
  const { store, router, root } = useApp();
  const find = useSignal("");
  const order = useSignal<AssetOrder>({ column: "name", isDown: false });
  const current = useSignal(-1);
  const scroller = useRef<HTMLDivElement>(null);
  const nodes = store.snapshot.value?.nodes ?? [];
  const rows = useMemo(() => listAssets(nodes, find.value, order.value), [nodes, find.value, order.value]);
  const window = useRowWindow(scroller, { count: rows.length, rowHeight, above: rowHeight });
  const at = Math.min(current.value, rows.length - 1);
  const move = (by: number) => () => {
    current.value = Math.max(0, Math.min(rows.length - 1, at + by));
    window.scrollTo(current.value);
  };
  useEffect(() => {
    if (at >= 0) root.querySelector<HTMLElement>(`[data-row="${at}"]`)?.focus({ preventScroll: true });
  }, [at, root]);
  const group = "Rows";
  useKeys([
    { keys: "j", label: "Next row", group, run: move(1) },
    { keys: "k", label: "Row before", group, run: move(-1) },
    {
      keys: "Enter",
      label: "Open the row",
      group,
      run: () => {
        const row = rows[at];
        if (row !== undefined) router.go({ screen: "asset", name: row.name });
      },
    },
  ]);
  return (
    <>
      <Head
        title="Assets"
        extra={<span class="sm faint">{formatCount(nodes.filter(({ kind }) => kind !== "task").length, "asset")}</span>}
      />
      <div class="content">
        <Card
          title={
            <input
              type="search"
              class="field"
              placeholder="Filter by name, group, kind, tag or status"
              aria-label="Filter the assets"
              value={find.value}
              onInput={(event) => {
                find.value = event.currentTarget.value;
                current.value = -1;
              }}
            />
          }
          sub={<span role="status">{find.value === "" ? "" : `${formatNumber(rows.length)} found`}</span>}
        >
          {rows.length === 0 ? (
            <p class="pad dim">No asset has this.</p>
          ) : (
            <div
              class="asset-rows"
              ref={scroller}
              role="table"
              aria-label="Assets"
              aria-rowcount={rows.length + 1}
              style={{ height: `${Math.min(rows.length + 1, 20) * rowHeight + 2}px` }}
              tabIndex={0}
            >
              <div role="row" aria-rowindex={1} class="asset-row names">
                {columns.map(([column, text, name]) => (
                  <span
                    key={text}
                    role="columnheader"
                    class={name}
                    aria-sort={
                      column !== undefined && order.value.column === column ? (order.value.isDown ? "descending" : "ascending") : "none"
                    }
                  >
                    {column === undefined ? (
                      text
                    ) : (
                      <button type="button" onClick={() => (order.value = nextOrder(order.value, column))}>
                        {text}
                        {order.value.column === column ? (order.value.isDown ? " ↓" : " ↑") : ""}
                      </button>
                    )}
                  </span>
                ))}
              </div>
              <div role="rowgroup" style={{ height: `${window.height}px`, position: "relative" }}>
                {window.rows.map(({ index, start }) => {
                  const node = rows[index];
                  return node !== undefined && <AssetLine key={node.name} node={node} index={index} top={start} />;
                })}
              </div>
            </div>
          )}
        </Card>
      </div>
    </>
  );
};

const AssetLine = ({ node, index, top }: { readonly node: NodeRow; readonly index: number; readonly top: number }) => (
  <div role="row" aria-rowindex={index + 2} class="asset-row" style={{ top: `${top}px` }}>
    <span role="cell" class="clip">
      <a href={hrefOf({ screen: "asset", name: node.name })} data-row={index}>
        <b>{node.name}</b>
      </a>
    </span>
    <span role="cell">
      <Status status={node.status} />
    </span>
    <span role="cell" class="dim clip only-wide">
      {node.group ?? node.kind}
    </span>
    <span role="cell" class="right only-wide">
      {node.latest !== undefined || node.counts !== undefined ? amountOf(node) : "—"}
    </span>
    <span role="cell" class="only-wide">
      {node.latest !== undefined && <Version version={node.latest.dataVersion} />}
    </span>
    <span role="cell" class="right faint">
      {node.latest === undefined ? "never" : <Ago at={node.latest.at} />}
    </span>
  </div>
);
