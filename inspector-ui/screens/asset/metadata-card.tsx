import { useSignal } from "@preact/signals";
import type { AssetView } from "../../../src/inspector/inspection.ts";
import { Button, Card, FormStatus, Version } from "../../parts/basics.tsx";
import { sparkOf } from "../../parts/charts/spark.ts";
import { formatNumber } from "../../parts/format.ts";
import { allMetadata, courseOf, keyLabel, type MetadataView, metadataView } from "./metadata-text.ts";
import { ValueMarkdown } from "./value/value-text.tsx";

/** What was recorded with the latest version, by kind, with the course of numbers over versions. */
export const Metadata = ({ asset }: { readonly asset: AssetView }) => {
  const entries = allMetadata(asset.declared, asset.metadata);
  if (entries.length === 0) return null;
  return (
    <Card title="Metadata" sub={formatNumber(entries.length)}>
      <dl class="kv">
        {entries.map(([key, wire]) => {
          const view = metadataView(wire);
          const course = courseOf(key, asset.versions);
          return (
            <>
              <dt key={`${key} key`} title={key}>
                {keyLabel(key)}
              </dt>
              <dd key={`${key} value`}>
                {course !== undefined && <Spark values={course} />}
                <MetadataValue view={view} />
              </dd>
            </>
          );
        })}
      </dl>
    </Card>
  );
};

const Spark = ({ values }: { readonly values: readonly (number | null)[] }) => {
  const { path, end } = sparkOf(values);
  return (
    <svg class="spark" viewBox="0 0 56 16" aria-hidden="true">
      <path d={path} />
      {end !== undefined && <circle cx={end[0]} cy={end[1]} r="2" />}
    </svg>
  );
};

const MetadataValue = ({ view }: { readonly view: MetadataView }) => {
  switch (view.kind) {
    case "bool":
      return <FormStatus form={view.value ? "ok" : "no"} text={String(view.value)} />;
    case "share":
      return (
        <>
          <span class="bar share" aria-hidden="true">
            <span class="b-ok" style={{ width: `${view.value * 100}%` }} />
          </span>
          {view.text}
        </>
      );
    case "link":
      return (
        <a class="link clip" href={view.url} title={view.url} target="_blank" rel="noopener noreferrer">
          {view.text} ↗
        </a>
      );
    case "image":
      return <RemoteImage url={view.url} />;
    case "version":
      return <Version version={view.version} />;
    case "markdown":
    case "code":
      return <Folded view={view} />;
    case "text":
      return <span class={view.isMono ? "mono" : ""}>{view.text}</span>;
  }
};

/** An image of another place is loaded when it is asked for: to load it would tell that place who looks. */
const RemoteImage = ({ url }: { readonly url: string }) => {
  const isShown = useSignal(false);
  return isShown.value ? (
    <img class="value-image" src={url} alt="" referrerpolicy="no-referrer" />
  ) : (
    <Button title={url} onClick={() => (isShown.value = true)}>
      Load the image
    </Button>
  );
};

/** A long text behind its summary. */
const Folded = ({ view }: { readonly view: Extract<MetadataView, { readonly summary: string }> }) => {
  const isOpen = useSignal(false);
  return (
    <details class="folded" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>{view.summary}</summary>
      {isOpen.value && (view.kind === "markdown" ? <ValueMarkdown text={view.text} /> : <pre class="code">{view.text}</pre>)}
    </details>
  );
};
