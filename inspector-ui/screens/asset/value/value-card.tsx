import { useSignal } from "@preact/signals";
import type { AssetView, Preview } from "../../../../src/inspector/inspection.ts";
import { patienceMs } from "../../../frame/patience.ts";
import { Card, Segmented } from "../../../parts/basics.tsx";
import { formatBytes, formatNumber, formatSince } from "../../../parts/format.ts";
import { Problem } from "../../../parts/problem-note.tsx";
import { useAfter, useApp, useResource, useStore } from "../../../state/context.ts";
import { degreesOf } from "./columns.ts";
import { pageRows, previewQuestion, type ValueOf } from "./query.ts";
import { Refused } from "./refused.tsx";
import { SaveBytes } from "./save-bytes.tsx";
import { seriesOf } from "./series.ts";
import { ValueChart } from "./value-chart.tsx";
import { ValueMap } from "./value-map.tsx";
import { type Look, ValueTable } from "./value-table.tsx";
import { ValueBytes, ValueImage, ValueMarkdown, ValueText } from "./value-text.tsx";
import { TableTree, ValueTree } from "./value-tree.tsx";

interface ValueProps {
  readonly asset: AssetView;
  readonly of: ValueOf;
  /** The row to show at first. */
  readonly row?: number | undefined;
}

/** The value of an asset by its kind, and a map below it when two of its columns are degrees. */
export const Value = ({ asset, of: value, row }: ValueProps) => {
  const store = useStore();
  const limits = useSignal<Pick<ValueOf, "maxBytes" | "firstRows">>({});
  const look = useSignal<Look>({ sort: undefined, find: "" });
  const of = { ...value, ...limits.value };
  const resource = useResource(previewQuestion(store.inspection, of, { rows: [0, pageRows] }));
  const isWaiting = useAfter(resource.value.value === undefined && resource.error.value === undefined, patienceMs);
  const preview = resource.value.value;
  if (resource.error.value !== undefined && preview === undefined) {
    return (
      <Card title="Value">
        <Problem error={resource.error.value} onRetry={resource.reload} />
      </Card>
    );
  }
  if (preview === undefined) {
    return (
      <Card title="Value">
        <div class="grid empty">{isWaiting && <p class="pad faint">Loading the value…</p>}</div>
      </Card>
    );
  }
  if (preview.kind === "refused") {
    return (
      <Card title="Value">
        <Refused
          preview={preview}
          of={value}
          onLoad={(next) => {
            limits.value = next;
          }}
        />
      </Card>
    );
  }
  const isOld = asset.status === "Stale" && asset.latest !== undefined;
  const since = isOld && asset.latest !== undefined ? `; as it was ${formatSince(asset.latest.at, store.now.value)}` : "";
  return (
    <>
      <ValueOfKind
        key={preview.kind}
        preview={preview}
        of={of}
        note={noteOf(preview) + since}
        look={look.value}
        onLook={(next) => (look.value = next)}
        row={row}
      />
      {preview.kind === "table" && degreesOf(preview.columns) !== undefined && <ValueMap of={of} look={look.value} preview={preview} />}
    </>
  );
};

interface KindProps {
  readonly preview: Exclude<Preview, { readonly kind: "refused" }>;
  readonly of: ValueOf;
  readonly note: string;
  readonly look: Look;
  readonly onLook: (look: Look) => void;
  readonly row: number | undefined;
}

const ValueOfKind = (props: KindProps) => {
  const { preview, note } = props;
  const { store } = useApp();
  const options = optionsOf(preview);
  const chosen = useSignal(options[0] ?? "Value");
  const value = options.includes(chosen.value) ? chosen.value : (options[0] ?? "Value");
  return (
    <Card
      title="Value"
      class="value-card"
      sub={note}
      acts={
        options.length > 1 ? (
          <Segmented label="Show as" options={options} value={value} onChange={(next) => (chosen.value = next)} />
        ) : undefined
      }
    >
      {bodyOf(props, value)}
      {preview.kind === "bytes" && store.snapshot.value?.can.bytes && (
        <div class="foot">
          <SaveBytes of={props.of} />
        </div>
      )}
    </Card>
  );
};

/** The ways to show a value, the best one first. */
function optionsOf(preview: KindProps["preview"]): readonly string[] {
  switch (preview.kind) {
    case "table":
      return ["Table", "Tree"];
    case "tree":
      return seriesOf(preview.root) === undefined ? ["Tree"] : ["Chart", "Tree"];
    case "text":
      return preview.language === "markdown" ? ["Markdown", "Source"] : ["Source"];
    default:
      return [];
  }
}

function bodyOf({ preview, of, look, onLook, row }: KindProps, shown: string) {
  switch (preview.kind) {
    case "table":
      return shown === "Table" ? (
        <ValueTable first={preview} of={of} look={look} onLook={onLook} row={row} />
      ) : (
        <TableTree columns={preview.columns} rows={preview.rows} total={preview.total} />
      );
    case "tree":
      return shown === "Chart" ? <ValueChart root={preview.root} /> : <ValueTree root={preview.root} of={of} />;
    case "text":
      return shown === "Markdown" ? <ValueMarkdown text={preview.text} /> : <ValueText text={preview.text} />;
    case "image":
      return <ValueImage type={preview.type} base64={preview.base64} name={of.name} />;
    case "bytes":
      return <ValueBytes base64={preview.base64} size={preview.size} />;
  }
}

/** How large the value is, in the head of its card. */
function noteOf(preview: KindProps["preview"]): string {
  switch (preview.kind) {
    case "table":
      return `${preview.isCut ? "the first " : ""}${formatNumber(preview.total)} rows × ${preview.columns.length}${preview.isCut ? ", dates as they are stored" : ""}`;
    case "tree": {
      const series = seriesOf(preview.root);
      return series?.of === undefined ? "" : `${series.of} by key`;
    }
    case "text":
      return preview.cutAt === undefined
        ? `text, ${formatNumber(preview.text.length)} characters`
        : `text, cut after ${formatNumber(preview.cutAt)} characters`;
    case "image":
      return preview.type;
    case "bytes":
      return formatBytes(preview.size);
  }
}
