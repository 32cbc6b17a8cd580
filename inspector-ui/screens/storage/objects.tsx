import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { ObjectRow } from "../../../src/inspector/inspection.ts";
import { hrefOf } from "../../frame/route.ts";
import { Ago, Button, Card, Version } from "../../parts/basics.tsx";
import { formatCount, formatNumber } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { Problem } from "../../parts/problem-note.tsx";
import type { Form } from "../../parts/status.ts";
import { useApp } from "../../state/context.ts";
import { entriesOf, type ObjectEntry } from "./object-entries.ts";
import { commonPrefix } from "./room.ts";
import { usePages } from "./use-pages.ts";

const forms: Readonly<Record<ObjectRow["state"], readonly [form: Form, word: string]>> = {
  current: ["ok", "current"],
  old: ["no", "old version"],
  unrecorded: ["loose", "not recorded"],
  unknown: ["none", "no asset"],
};

/** The stored objects, page by page. No value is read. */
export const Objects = () => {
  const { store } = useApp();
  const order = useSignal<"key" | "size">("key");
  const picked = useSignal<ReadonlySet<string>>(new Set());
  const { rows, isComplete, isLoading, error, more, retry } = usePages<ObjectRow>({
    key: "objects",
    load: (after, signal) => store.inspection.objects({ limit: 500, signal, ...(after !== undefined && { after }) }),
    isTouched: ({ events }) => events.some(({ type }) => type === "RunEnd"),
  });
  const opened = useSignal<ReadonlySet<string>>(new Set());
  const entries = useMemo(() => entriesOf(rows, order.value), [rows, order.value]);
  const prefix = useMemo(() => commonPrefix(rows.map(({ key }) => key)), [rows]);
  const canDelete = store.snapshot.value?.can.delete === true;
  const toggle = (key: string, isOn: boolean): void => {
    const next = new Set(picked.value);
    if (isOn) next.add(key);
    else next.delete(key);
    picked.value = next;
  };
  return (
    <Card
      title="Objects"
      sub={prefix === "" ? formatCount(rows.length, "object") : `below ${prefix}`}
      acts={
        <>
          {picked.value.size > 0 && (
            <Button look="quiet" class="c-fail" onClick={() => store.plan({ type: "delete", keys: [...picked.value] })}>
              Delete {formatNumber(picked.value.size)}
            </Button>
          )}
          <Button look="quiet" aria-pressed={order.value === "size"} onClick={() => (order.value = order.value === "key" ? "size" : "key")}>
            By size
          </Button>
        </>
      }
      foot={
        isComplete ? (
          <span>Values are opened only when you look at one.</span>
        ) : (
          <Button disabled={isLoading} onClick={more}>
            {isLoading ? "Loading…" : "Show more objects"}
          </Button>
        )
      }
    >
      {error !== undefined && <Problem error={error} onRetry={retry} />}
      {isComplete && rows.length === 0 && <p class="pad dim">Nothing is stored yet.</p>}
      {rows.length > 0 && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Stored objects">
          <table class="t objects">
            <thead>
              <tr>
                <th>key</th>
                <th>asset</th>
                <th class="right">bytes</th>
                <th class="only-wide">written</th>
                <th class="only-wide">version</th>
              </tr>
            </thead>
            <tbody>
              {entries.flatMap((entry) => {
                const isOpen = entry.kind === "group" && opened.value.has(entry.key);
                const drawn = entry.kind === "object" ? [entry.row] : isOpen ? entry.rows : [];
                return [
                  entry.kind === "group" && (
                    <Group
                      key={entry.key}
                      entry={entry}
                      prefix={prefix}
                      isOpen={isOpen}
                      onToggle={() => {
                        opened.value = opened.value.symmetricDifference(new Set([entry.key]));
                      }}
                    />
                  ),
                  ...drawn.map((row) => (
                    <Row
                      key={row.key}
                      row={row}
                      prefix={prefix}
                      canDelete={canDelete}
                      isPicked={picked.value.has(row.key)}
                      onPick={toggle}
                    />
                  )),
                ];
              })}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
};

interface GroupProps {
  readonly entry: Extract<ObjectEntry, { readonly kind: "group" }>;
  readonly prefix: string;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

const Group = ({ entry: { key, asset, rows, size, at }, prefix, isOpen, onToggle }: GroupProps) => (
  <tr>
    <td class="mono clip" title={key}>
      <button type="button" class="plain-button" aria-expanded={isOpen} onClick={onToggle}>
        {key.slice(prefix.length)}
      </button>
    </td>
    <td class="clip">
      <a class="st plain" href={hrefOf({ screen: "partitions", name: asset })}>
        <Glyph form="ok" />
        {asset}
      </a>
    </td>
    <td class="right">{formatNumber(size)}</td>
    <td class="dim only-wide">{at === undefined ? "—" : <Ago at={at} />}</td>
    <td class="faint only-wide">{formatCount(rows.length, "object")}</td>
  </tr>
);

interface RowProps {
  readonly row: ObjectRow;
  readonly prefix: string;
  readonly canDelete: boolean;
  readonly isPicked: boolean;
  readonly onPick: (key: string, isOn: boolean) => void;
}

const Row = ({ row, prefix, canDelete, isPicked, onPick }: RowProps) => {
  const { key, size, at, asset, partition, dataVersion, state } = row;
  const [form, word] = forms[state];
  return (
    <tr>
      <td class="mono clip" title={key}>
        {canDelete && state === "unknown" && (
          <input
            type="checkbox"
            aria-label={`Pick ${key}`}
            checked={isPicked}
            onChange={(event) => onPick(key, event.currentTarget.checked)}
          />
        )}
        {key.slice(prefix.length)}
      </td>
      <td class="clip">
        {asset === undefined ? (
          <span class="chip">{word}</span>
        ) : (
          <a class="st plain" href={hrefOf({ screen: "asset", name: asset, ...(partition !== undefined && { query: { partition } }) })}>
            <Glyph form={form} />
            {asset}
            {state !== "current" && <span class="faint">, {word}</span>}
          </a>
        )}
      </td>
      <td class="right">{formatNumber(size)}</td>
      <td class="dim only-wide">{at === undefined ? "—" : <Ago at={at} />}</td>
      <td class="only-wide">{dataVersion === undefined ? <span class="faint">—</span> : <Version version={dataVersion} />}</td>
    </tr>
  );
};
