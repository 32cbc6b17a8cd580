import { useComputed, useSignal } from "@preact/signals";
import { Button, Card } from "../../inspector-ui/parts/basics.tsx";
import { Glyph } from "../../inspector-ui/parts/glyph.tsx";
import { useResource, useStore } from "../../inspector-ui/state/context.ts";
import { downstreamOf } from "../edits/downstream.ts";
import { type Fault, faultOf } from "../edits/fault.ts";
import { syntaxProblem } from "../sandbox/syntax.ts";
import type { Session } from "../session.ts";
import { CodeField } from "./code-field.tsx";

interface FunctionCardProps {
  readonly name: string;
  readonly session: Session;
}

/** The function of an asset: shows it, changes it, and brings the one that is built in back. */
export const FunctionCard = ({ name, session }: FunctionCardProps) => {
  const { functions, inspection, saveFunction } = session;
  const store = useStore();
  const builtIn = functions.builtIn(name);
  const saved = useComputed(() => functions.edited.value.get(name) ?? builtIn ?? "");
  /** What is typed and not saved; undefined when nothing is. */
  const draft = useSignal<string | undefined>(undefined);
  const syntaxFault = useSignal<Fault | undefined>(undefined);
  const isSaving = useSignal(false);
  const node = store.node(name);
  const running = store.snapshot.value?.runs.find((run) => run.status === "Started" && run.nodes.includes(name));
  const asset = useResource({
    key: `playground/function/${name}`,
    load: (signal) => inspection.asset(name, { versions: 1, signal }),
    isTouched: ({ events }) => events.some((event) => event.asset === name),
  });
  if (builtIn === undefined) return null;

  const text = draft.value ?? saved.value;
  const isEdited = functions.edited.value.has(name);
  const isChanged = draft.value !== undefined && draft.value !== saved.value;
  const failure = node?.status === "Failed" ? asset.value.value?.failure?.failure : undefined;
  const fault = syntaxFault.value ?? (isChanged ? undefined : faultOf(name, failure));

  const keep = async (next: string): Promise<void> => {
    isSaving.value = true;
    try {
      const problem = await syntaxProblem(next);
      syntaxFault.value = problem && { kind: "SyntaxError", ...problem };
      if (problem !== undefined) return;
      await saveFunction(name, next);
      draft.value = undefined;
      const { nodes = [], edges = [] } = store.snapshot.value ?? {};
      const selection = node?.kind === "task" ? downstreamOf(name, nodes, edges) : [name, ...downstreamOf(name, nodes, edges)];
      store.plan({ type: "materialize", selection });
    } catch (error) {
      syntaxFault.value = { kind: "Error", message: error instanceof Error ? error.message : String(error) };
    } finally {
      isSaving.value = false;
    }
  };

  return (
    <Card
      title="Function"
      sub={isEdited ? "edited here" : "built in"}
      foot={
        <span>
          Runs in a worker without storage and network, for at most 10 s. Beside its inputs it has MetadataValue and geography(), with the
          parts of d3-geo and topojson-client that the map uses.
        </span>
      }
    >
      <div class="pad stack">
        <CodeField
          label={`Function of ${name}`}
          text={text}
          fault={fault}
          onInput={(next) => {
            draft.value = next;
            syntaxFault.value = undefined;
          }}
        />
        <div role="status">
          {fault !== undefined && (
            <p class="row fault">
              <Glyph form="fail" />
              <span>
                <b>{fault.kind}</b>
                {fault.line !== undefined && ` in line ${fault.line}`}: {fault.message}
              </span>
            </p>
          )}
        </div>
        <div class="row wrap">
          <Button look="primary" icon="play" disabled={!isChanged || isSaving.value} onClick={() => void keep(text)}>
            Save and run
          </Button>
          {running !== undefined && <Button onClick={() => void inspection.act({ type: "cancel", runId: running.runId })}>Stop</Button>}
          {isChanged && (
            <Button
              look="quiet"
              onClick={() => {
                draft.value = undefined;
                syntaxFault.value = undefined;
              }}
            >
              Discard changes
            </Button>
          )}
          {isEdited && (
            <Button look="quiet" disabled={isSaving.value} onClick={() => void keep(builtIn)}>
              Restore the built-in function
            </Button>
          )}
        </div>
      </div>
    </Card>
  );
};
