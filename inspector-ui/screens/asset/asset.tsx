import { useComputed, useSignal } from "@preact/signals";
import { useKeys } from "../../frame/keys.ts";
import { hrefOf, type Query } from "../../frame/route.ts";
import { Button, Card, Head, Status } from "../../parts/basics.tsx";
import { formatSince } from "../../parts/format.ts";
import { ProblemCard } from "../../parts/problem-note.tsx";
import { useApp, useResource } from "../../state/context.ts";
import { AssetMenu } from "./asset-menu.tsx";
import { comparedOf } from "./compared.ts";
import { Difference } from "./diff-card.tsx";
import { FailureNote } from "./failure-note.tsx";
import { Links, StoredAt } from "./links-card.tsx";
import { Metadata } from "./metadata-card.tsx";
import { neighbour } from "./neighbours.ts";
import { ShownVersion } from "./shown-version.tsx";
import { SaveBytes } from "./value/save-bytes.tsx";
import { Value } from "./value/value-card.tsx";
import { Versions } from "./versions-card.tsx";
import { WhyStale } from "./why-card.tsx";

interface AssetProps {
  readonly name: string;
  readonly query: Query;
}

const versionsAtFirst = 20;
const maximumVersions = 500;

/** One asset: its value, what was recorded of it, its versions, and what it is made from. */
export const Asset = ({ name, query }: AssetProps) => {
  const { store, router, slots } = useApp();
  const versions = useSignal(versionsAtFirst);
  const node = useComputed(() => {
    void store.snapshot.value;
    return store.node(name);
  }).value;
  const partition = query["partition"];
  const resource = useResource({
    key: `asset ${JSON.stringify([name, partition, versions.value])}`,
    load: (signal) => store.inspection.asset(name, { versions: versions.value, ...(partition !== undefined && { partition }), signal }),
    isTouched: ({ events, nodes }) => events.some(({ asset }) => asset === name) || nodes.some(([, { name: changed }]) => changed === name),
  });
  const asset = resource.value.value;
  const can = store.snapshot.value?.can ?? {};
  const compared = asset === undefined ? undefined : comparedOf(asset.versions, query);
  const canMake = can.materialize === true && (asset ?? node)?.kind === "asset";
  const canObserve = can.observe === true && (asset ?? node)?.kind === "external";
  const isPartitioned = (asset ?? node)?.counts !== undefined;
  const plan = (): void => {
    if (canObserve) store.plan({ type: "observe", selection: [name] });
    else if (partition !== undefined) store.plan({ type: "materialize", selection: [name], partitions: [partition] });
    else if (isPartitioned) store.plan({ type: "backfill", selection: [name], only: "missing" });
    else store.plan({ type: "materialize", selection: [name] });
  };
  const to = (direction: 1 | -1) => () => {
    const next = neighbour(store.snapshot.value?.nodes ?? [], name, direction);
    if (next !== undefined) router.go({ screen: "asset", name: next });
  };
  const group = "This asset";
  useKeys([
    { keys: "[", label: "The asset before", group, run: to(-1) },
    { keys: "]", label: "The asset after", group, run: to(1) },
    ...(canMake || canObserve ? [{ keys: "m", label: "Plan it", group, run: plan }] : []),
    { keys: "d", label: "Compare with the version before", group, run: () => show(".diff-card") },
    { keys: "w", label: "Why it is stale", group, run: () => show(".why-card") },
  ]);
  const { root } = useApp();
  const show = (selector: string): void => {
    const card = root.querySelector<HTMLElement>(selector);
    card?.scrollIntoView({ block: "start" });
    card?.querySelector<HTMLElement>("button, a, [tabindex='0']")?.focus({ preventScroll: true });
  };

  const shown = asset ?? node;
  if (shown === undefined) {
    return (
      <>
        <Head crumbs={[{ text: "Assets", href: hrefOf({ screen: "assets" }) }, { text: "unknown" }]} title={name} />
        <div class="content">
          <ProblemCard
            error={
              resource.error.value ?? { code: "NotFound", message: `The repository has no asset with the name ${JSON.stringify(name)}.` }
            }
          />
        </div>
      </>
    );
  }
  const version = query["version"] === undefined ? undefined : Number(query["version"]);
  const of = {
    name,
    ...(partition !== undefined && { partition }),
    ...(version !== undefined && Number.isSafeInteger(version) && { version }),
  };
  const row = query["row"] === undefined ? undefined : Number(query["row"]);
  const needsPartition = isPartitioned && partition === undefined && of.version === undefined;
  const canExport = can.bytes === true && shown.kind === "asset" && shown.latest !== undefined && !needsPartition;
  return (
    <>
      <Head
        crumbs={[{ text: "Assets", href: hrefOf({ screen: "assets" }) }, { text: shown.group ?? shown.kind }]}
        title={name}
        extra={
          <>
            <Status status={shown.status} />
            {partition !== undefined && <span class="chip">{partition}</span>}
            {shown.latest !== undefined && (
              <span class="sm faint">
                {shown.kind === "external" ? "observed" : "materialized"} {formatSince(shown.latest.at, store.now.value)}
              </span>
            )}
          </>
        }
        acts={
          <>
            {isPartitioned && (
              <a class="btn" href={hrefOf({ screen: "partitions", name })}>
                Partitions
              </a>
            )}
            <AssetMenu node={shown} of={of} path={asset?.stored.path} canExport={canExport} onShow={compared && show} />
            {canExport && (
              <SaveBytes of={of} look="plain" class="only-wide">
                Export
              </SaveBytes>
            )}
            {canMake && (
              <Button look="primary" icon="play" onClick={plan}>
                {isPartitioned && partition === undefined ? "Materialize what is missing" : "Materialize"}
              </Button>
            )}
            {canObserve && (
              <Button look="primary" onClick={plan}>
                Observe
              </Button>
            )}
          </>
        }
      />
      <div class="content">
        {asset?.description !== undefined && <p class="dim">{asset.description}</p>}
        <ProblemCard error={resource.error.value} onRetry={resource.reload} />
        {asset?.failure !== undefined && <FailureNote event={asset.failure} />}
        <div class="cols c-main">
          <div class="stack">
            {of.version !== undefined && asset !== undefined && <ShownVersion asset={asset} version={of.version} query={query} />}
            {shown.status === "Stale" && <WhyStale name={name} partition={partition} />}
            {shown.kind === "task" ? (
              <Card title="Value">
                <p class="pad dim">A task keeps no value: its result is given to the steps of the same run.</p>
              </Card>
            ) : can.values === true && asset !== undefined && asset.versions.length > 0 && shown.kind === "asset" && !needsPartition ? (
              <Value key={JSON.stringify(of)} asset={asset} of={of} row={Number.isSafeInteger(row) ? row : undefined} />
            ) : needsPartition ? (
              <Card title="Value">
                <p class="pad dim">
                  Each partition has a value of its own.{" "}
                  <a class="link" href={hrefOf({ screen: "partitions", name })}>
                    Choose a partition
                  </a>
                </p>
              </Card>
            ) : (
              asset !== undefined && (
                <Card title="Value">
                  <p class="pad dim">
                    {shown.kind === "external"
                      ? "Its value is made elsewhere: only what was observed of it is recorded."
                      : asset.versions.length === 0
                        ? "It was never materialized."
                        : "Values are not shown here."}
                  </p>
                </Card>
              )
            )}
            {slots.asset !== undefined && <slots.asset name={name} />}
            {asset !== undefined && (
              <Versions
                asset={asset}
                query={query}
                compared={compared}
                onMore={() => {
                  versions.value = Math.min(maximumVersions, versions.value * 3);
                }}
              />
            )}
            {compared !== undefined && (
              <Difference key={`${compared.from.eventId} ${compared.to.eventId}`} name={name} compared={compared} />
            )}
          </div>
          {asset !== undefined && (
            <div class="stack">
              <Metadata asset={asset} />
              <Links title="Inputs" rows={asset.inputs} />
              <Links title="Used by" rows={asset.usedBy} />
              {asset.kind === "asset" && <StoredAt stored={asset.stored} asset={asset} />}
            </div>
          )}
        </div>
      </div>
    </>
  );
};
