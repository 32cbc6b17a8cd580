import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ImportView } from "../../../src/inspector/inspection.ts";
import { Button } from "../../parts/basics.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { formatBytes, formatCount } from "../../parts/format.ts";
import { Problem } from "../../parts/problem-note.tsx";
import { useApp } from "../../state/context.ts";

interface ImportProps {
  readonly file: File;
  readonly onClose: () => void;
}

/** What importing a file would add, and then the import. */
export const ImportDialog = ({ file, onClose }: ImportProps) => {
  const { store, live } = useApp();
  const merge = useSignal(false);
  const found = useSignal<ImportView | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  const state = useSignal<"looking" | "ready" | "importing" | "done">("looking");

  useEffect(() => {
    const session = new AbortController();
    state.value = "looking";
    failure.value = undefined;
    store.inspection.import(file.stream(), { dryRun: true, merge: merge.value, signal: session.signal }).then(
      (view) => {
        if (session.signal.aborted) return;
        found.value = view;
        state.value = "ready";
      },
      (cause: unknown) => {
        if (!session.signal.aborted) failure.value = cause;
      },
    );
    return () => session.abort();
  }, [file, store, merge.value, found, failure, state]);

  const doImport = async (): Promise<void> => {
    state.value = "importing";
    failure.value = undefined;
    try {
      found.value = await store.inspection.import(file.stream(), { dryRun: false, merge: merge.value });
      state.value = "done";
      live.say("Imported");
      for (const key of ["storage", "objects", "automation", "partitions"]) store.resources.refresh(key);
    } catch (cause) {
      failure.value = cause;
      state.value = "ready";
    }
  };
  const view = found.value;
  return (
    <Dialog label={`Import ${file.name}`} onClose={onClose} class="plan">
      <h2 class="clip">Import {file.name}</h2>
      {failure.value !== undefined && <Problem error={failure.value} />}
      {state.value === "looking" && failure.value === undefined && (
        <p class="dim">Reading {formatBytes(file.size)}. Nothing is changed yet.</p>
      )}
      {view !== undefined && failure.value === undefined && state.value !== "looking" && (
        <>
          <p role="status">
            {state.value === "done" ? "Added" : "It has"} {formatCount(view.events, "event")}, {formatCount(view.runs, "run")} and{" "}
            {formatCount(view.values, "value")}
            {view.values > 0 && ` of ${formatBytes(view.bytes)}`}.
          </p>
          {view.notes.map((note) => (
            <p key={note} class="sm dim">
              {note}
            </p>
          ))}
        </>
      )}
      {state.value !== "done" && (
        <label class="row sm dim">
          <input type="checkbox" checked={merge.value} onChange={(event) => (merge.value = event.currentTarget.checked)} />
          Merge with the records that are here
        </label>
      )}
      <div class="row end">
        <Button onClick={onClose}>{state.value === "done" ? "Close" : "Cancel"}</Button>
        {state.value !== "done" && (
          <Button look="primary" icon="up" disabled={state.value !== "ready" || failure.value !== undefined} onClick={doImport}>
            {state.value === "importing" ? "Importing…" : "Import"}
          </Button>
        )}
      </div>
    </Dialog>
  );
};
