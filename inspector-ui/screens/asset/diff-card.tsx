import { useSignal } from "@preact/signals";
import type { Diff, RowDiff, ValueDiff } from "../../../src/inspector/inspection.ts";
import { Card, Segmented, Version } from "../../parts/basics.tsx";
import { formatCount, formatNumber } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { Problem } from "../../parts/problem-note.tsx";
import { useResource, useStore } from "../../state/context.ts";
import type { Compared } from "./compared.ts";
import { diffSummary, isChanged, rowTemplate, valueTab } from "./diff-words.ts";
import { cellText } from "./value/shown-text.ts";

interface DiffProps {
  readonly name: string;
  readonly compared: Compared;
}

/** What has changed between two versions: the value, the metadata, and what they were made from. */
export const Difference = ({ name, compared: { from, to } }: DiffProps) => {
  const store = useStore();
  const { partition } = to;
  const resource = useResource({
    key: `diff ${JSON.stringify([name, from.eventId, to.eventId, partition])}`,
    load: (signal) =>
      store.inspection.diff(name, { from: from.eventId, to: to.eventId, ...(partition !== undefined && { partition }), signal }),
  });
  const diff = resource.value.value;
  const first = diff === undefined ? "Value" : valueTab(diff.value);
  const shown = useSignal<"value" | "Metadata" | "Inputs">("value");
  return (
    <Card
      class="diff-card"
      title={
        <span class="row">
          <span class="sr">From </span>
          <Version version={from.dataVersion} />
          <span class="faint" aria-hidden="true">
            →
          </span>
          <span class="sr"> to </span>
          <Version version={to.dataVersion} />
        </span>
      }
      sub={diff === undefined ? undefined : diffSummary(diff)}
      acts={
        <Segmented
          label="Compare"
          options={[first, "Metadata", "Inputs"]}
          value={shown.value === "value" ? first : shown.value}
          onChange={(next) => (shown.value = next === "Metadata" || next === "Inputs" ? next : "value")}
        />
      }
    >
      {diff === undefined ? (
        resource.error.value === undefined ? (
          <div class="diff waiting-diff" />
        ) : (
          <Problem error={resource.error.value} onRetry={resource.reload} />
        )
      ) : shown.value === "Metadata" ? (
        <Pairs rows={diff.metadata.map(({ key, ...values }) => ({ name: key, ...values }))} none="No metadata has changed." />
      ) : shown.value === "Inputs" ? (
        <Pairs rows={inputsOf(diff)} none="No input and no code version has changed." areVersions />
      ) : (
        <ValueChanges value={diff.value} />
      )}
    </Card>
  );
};

interface Pair {
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

const inputsOf = ({ inputs, code }: Diff): readonly Pair[] => [
  ...inputs,
  ...(code !== undefined && code.from !== code.to ? [{ name: "code version", ...code }] : []),
];

const Pairs = ({
  rows,
  none,
  areVersions = false,
}: {
  readonly rows: readonly Pair[];
  readonly none: string;
  readonly areVersions?: boolean;
}) => {
  if (rows.length === 0) return <p class="pad dim">{none}</p>;
  const show = (text: string, name: string) => (areVersions && name !== "code version" ? <Version version={text} /> : text);
  return (
    <div class="scroll" role="region" aria-label="Changes">
      <table class="t">
        <thead>
          <tr>
            <th>name</th>
            <th>from</th>
            <th>to</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, from, to }) => (
            <tr key={name}>
              <td>{name}</td>
              <td>{from === undefined ? <span class="faint">none</span> : show(from, name)}</td>
              <td>{to === undefined ? <span class="faint">none</span> : show(to, name)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

const ValueChanges = ({ value }: { readonly value: ValueDiff }) => {
  switch (value.kind) {
    case "same":
      return <p class="pad dim">Both versions have the same bytes.</p>;
    case "refused":
      return (
        <div class="pad row">
          <Glyph form="none" />
          <p class="dim">{value.message}</p>
        </div>
      );
    case "rows":
      return <RowChanges value={value} />;
    case "lines":
      return (
        <pre class="diff lines">
          {value.lines.map(({ sign, text }, index) => (
            <div key={index} class={sign === "+" ? "add" : sign === "-" ? "del" : ""}>
              {sign === " " ? <span> </span> : <Sign sign={sign} />} {text}
            </div>
          ))}
          {value.isCut && <div class="faint">More lines have changed.</div>}
        </pre>
      );
    case "tree":
      return (
        <div class="diff">
          {value.changes.map(({ path, from, to }) => (
            <div key={path} class={`d tree-change ${from === undefined ? "add" : to === undefined ? "del" : "chg"}`}>
              <Sign sign={from === undefined ? "+" : to === undefined ? "-" : "~"} />
              <code class="clip">{path === "" ? "value" : path}</code>
              <span class="clip">
                {from !== undefined && <del>{cellText(from)}</del>} {to !== undefined && <ins>{cellText(to)}</ins>}
              </span>
            </div>
          ))}
          {value.isCut && <p class="pad faint sm">More has changed.</p>}
        </div>
      );
  }
};

const RowChanges = ({ value }: { readonly value: Extract<ValueDiff, { readonly kind: "rows" }> }) => {
  const all = value.added + value.removed + value.changed;
  const { columns, minimum } = rowTemplate(value);
  return (
    <>
      <div class="diff scroll" role="region" aria-label="Rows that differ" tabIndex={0}>
        <div class="d names" style={{ gridTemplateColumns: columns, minWidth: minimum }}>
          <span />
          {value.columns.map((name) => (
            <span key={name} class="clip faint">
              {name}
            </span>
          ))}
        </div>
        {value.rows.map((row, index) => (
          <div key={index} class={`d ${classes[row.sign]}`} style={{ gridTemplateColumns: columns, minWidth: minimum }}>
            <Sign sign={row.sign} />
            {row.cells.map((cell, column) => (
              <span key={column} class="clip">
                <Cell cell={cell} />
              </span>
            ))}
          </div>
        ))}
      </div>
      {all > value.rows.length && (
        <div class="foot-note faint sm">
          The first {formatNumber(value.rows.length)} of {formatCount(all, "row")} that differ.
        </div>
      )}
    </>
  );
};

const classes = { "+": "add", "-": "del", "~": "chg" } as const;
const words = { "+": "added", "-": "removed", "~": "changed" } as const;

const Sign = ({ sign }: { readonly sign: "+" | "-" | "~" }) => (
  <span role="img" aria-label={words[sign]}>
    {sign === "-" ? "−" : sign}
  </span>
);

const Cell = ({ cell }: { readonly cell: RowDiff["cells"][number] }) =>
  isChanged(cell) ? (
    <>
      <del>{cellText(cell.from)}</del> <ins>{cellText(cell.to)}</ins>
    </>
  ) : (
    cellText(cell)
  );
