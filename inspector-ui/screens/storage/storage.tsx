import { useSignal } from "@preact/signals";
import type { RunRow, StorageView } from "../../../src/inspector/inspection.ts";
import { hrefOf, type Query } from "../../frame/route.ts";
import { Button, Card, Head } from "../../parts/basics.tsx";
import { formatBytes, formatCount, formatNumber } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Problem } from "../../parts/problem-note.tsx";
import { SaveButton } from "../../parts/save-button.tsx";
import { useApp, useResource } from "../../state/context.ts";
import { shortRunId } from "../runs/run-words.ts";
import { ImportDialog } from "./import-dialog.tsx";
import { Objects } from "./objects.tsx";
import { Prune } from "./prune.tsx";
import { fileName, roomOf } from "./room.ts";

/** What is stored where, how much room it takes, and how to move it. Stores are asked when this is opened. */
export const Storage = (_: { readonly query: Query }) => {
  const { store, slots } = useApp();
  const snapshot = store.snapshot.value;
  const can = snapshot?.can ?? {};
  const file = useSignal<File | undefined>(undefined);
  const isOver = useSignal(false);
  const { value, error, reload } = useResource<StorageView>({
    key: "storage",
    load: (signal) => store.inspection.storage({ signal }),
    isTouched: (batch) => batch.events.some(({ type }) => type === "RunEnd"),
  });
  const view = value.value;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a file is dropped anywhere on the screen; the keyboard has the button "Import"
    <div
      class={isOver.value ? "drop over" : "drop"}
      onDragOver={(event) => {
        if (!can.import || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        isOver.value = true;
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) isOver.value = false;
      }}
      onDrop={(event) => {
        isOver.value = false;
        const dropped = event.dataTransfer?.files[0];
        if (!can.import || dropped === undefined) return;
        event.preventDefault();
        file.value = dropped;
      }}
    >
      <Head
        title="Storage"
        extra={<span class="sm faint clip">{view?.name ?? snapshot?.where}</span>}
        acts={
          <>
            {slots.storage !== undefined && <slots.storage />}
            {can.import && <PickFile onPick={(picked) => (file.value = picked)} />}
            {can.export && <ExportButton what="all">Export all</ExportButton>}
          </>
        }
      />
      <div class="content">
        <Unrecorded />
        {error.value !== undefined && (
          <section class="card">
            <Problem error={error.value} onRetry={reload} />
          </section>
        )}
        <RoomFacts view={view} />
        <div class="cols c-main">
          <div class="stack">{can.objects ? <Objects /> : <p class="dim">The stores of this repository cannot list their objects.</p>}</div>
          <div class="stack">
            {view !== undefined && <Room view={view} />}
            {can.prune && <Prune />}
            {can.export && (
              <Card title="Export and import">
                <div class="pad stack tight">
                  <p class="dim">
                    One file of records and values. Another tab, Node or a Worker imports it, and versions stay equal.
                    {can.import && " Drop such a file on this page to import it."}
                  </p>
                  <div class="row wrap">
                    <ExportButton what="all">
                      {view === undefined
                        ? "Records and values"
                        : `Records and values, ${formatBytes(view.values.bytes + (view.records.bytes ?? 0))}`}
                    </ExportButton>
                    <ExportButton what="records">Records only</ExportButton>
                  </div>
                </div>
              </Card>
            )}
          </div>
        </div>
      </div>
      {file.value !== undefined && <ImportDialog file={file.value} onClose={() => (file.value = undefined)} />}
    </div>
  );
};

/** Values that a run has written and not recorded, and the run that can take them in. */
const Unrecorded = () => {
  const { store } = useApp();
  const snapshot = store.snapshot.value;
  const rows = snapshot?.attention.filter(({ kind }) => kind === "unrecorded") ?? [];
  if (rows.length === 0) return null;
  const runOf = (runId: string | undefined): RunRow | undefined => snapshot?.runs.find((run) => run.runId === runId);
  return (
    <>
      {rows.map(({ asset, runId, what, why }) => {
        const latest = runId ?? (asset === undefined ? undefined : store.node(asset)?.latest?.runId);
        const run = runOf(latest);
        return (
          <div key={asset} class="note loose">
            <Glyph form="loose" />
            <span class="grow">
              <b>
                {asset} {what}.
              </b>{" "}
              <span class="dim">{why}</span>
            </span>
            {snapshot?.can.resume && latest !== undefined && run?.status !== "Success" && (
              <Button onClick={() => store.plan({ type: "resume", runId: latest })}>Resume run {shortRunId(latest)}</Button>
            )}
            {asset !== undefined && (
              <a class="btn quiet" href={hrefOf({ screen: "asset", name: asset })}>
                Open {asset}
              </a>
            )}
          </div>
        );
      })}
    </>
  );
};

const RoomFacts = ({ view }: { readonly view: StorageView | undefined }) => {
  const { store } = useApp();
  const can = store.snapshot.value?.can ?? {};
  const estimate = view?.estimate;
  return (
    <div class="facts" aria-busy={view === undefined}>
      <div>
        <span class="sm dim">Values</span>
        <b>{view === undefined ? "…" : formatBytes(view.values.bytes)}</b>
        <span class="sm faint">
          {view === undefined
            ? "asking the stores"
            : `${formatCount(view.values.objects, "object")}${view.values.isCut ? " and more" : ""}`}
        </span>
      </div>
      <div>
        <span class="sm dim">Records</span>
        <b>
          {view === undefined
            ? "…"
            : view.records.bytes === undefined
              ? formatNumber(view.records.events)
              : formatBytes(view.records.bytes)}
        </b>
        <span class="sm faint">
          {view === undefined
            ? "counting"
            : `${view.records.bytes === undefined ? "" : `${formatCount(view.records.events, "event")}, `}${view.records.bytes === undefined ? `events, ${formatCount(view.records.runs, "run")}` : formatCount(view.records.runs, "run")}`}
        </span>
      </div>
      <div>
        <span class="sm dim">Room</span>
        <b>{estimate === undefined ? "—" : formatBytes(Math.max(0, estimate.quota - estimate.usage))}</b>
        <span class="sm faint">{estimate === undefined ? "not known here" : "as the browser estimates"}</span>
      </div>
      <div>
        <span class="sm dim">Kept when the disk fills</span>
        {view?.isPersisted === undefined ? (
          <>
            <b class="word">{view === undefined ? "…" : "By its store"}</b>
            <span class="sm faint">no browser decides here</span>
          </>
        ) : (
          <>
            <b class={`word ${view.isPersisted ? "c-ok" : "c-stale"}`}>{view.isPersisted ? "Promised" : "Not promised"}</b>
            {!view.isPersisted && can.persist ? (
              <span>
                <Button class="small" onClick={() => store.plan({ type: "persist" })}>
                  Ask the browser
                </Button>
              </span>
            ) : (
              <span class="sm faint">{view.isPersisted ? "until you clear it" : "the browser may delete it"}</span>
            )}
          </>
        )}
      </div>
    </div>
  );
};

const Room = ({ view }: { readonly view: StorageView }) => {
  const parts = roomOf(view);
  return (
    <Card title="What takes the room">
      <div class="pad stack tight">
        {parts.length === 0 ? (
          <p class="dim">Nothing is stored yet.</p>
        ) : (
          <>
            <div class="quota" role="img" aria-label={parts.map(({ name, bytes }) => `${name} ${formatBytes(bytes)}`).join(", ")}>
              {parts.map(({ name, bytes, form }) => (
                <i key={`${form} ${name}`} class={`room-${form}`} style={{ flexGrow: bytes }} />
              ))}
            </div>
            <ul class="legend">
              {parts.map(({ name, bytes, form }) => (
                <li key={`${form} ${name}`}>
                  <i class={`swatch room-${form}`} />
                  {name} {formatBytes(bytes)}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Card>
  );
};

const PickFile = ({ onPick }: { readonly onPick: (file: File) => void }) => (
  <label class="btn pick">
    <input
      class="sr"
      type="file"
      accept=".edgewater,.ndjson,.jsonl"
      onChange={(event) => {
        const picked = event.currentTarget.files?.[0];
        // The same file can be picked again.
        event.currentTarget.value = "";
        if (picked !== undefined) onPick(picked);
      }}
    />
    <Icon name="up" />
    Import
  </label>
);

const ExportButton = ({ what, children }: { readonly what: "records" | "all"; readonly children: string }) => {
  const { store } = useApp();
  const take = async () => ({
    name: fileName(store.snapshot.value?.name ?? "", what, store.now.value),
    stream: await store.inspection.export(what),
  });
  return <SaveButton take={take}>{children}</SaveButton>;
};
