import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Acted, Action, PlanView } from "../../../src/inspector/inspection.ts";
import { isStale } from "../../frame/connection.ts";
import { useKeys } from "../../frame/keys.ts";
import { hrefOf } from "../../frame/route.ts";
import { Button } from "../../parts/basics.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { formatCount, formatNumber } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { Problem } from "../../parts/problem-note.tsx";
import { useAfter, useApp, useResource } from "../../state/context.ts";
import { shortRunId } from "../runs/run-words.ts";
import {
  canIncludeUpstream,
  confirmOf,
  estimateText,
  formOfStep,
  isDestructive,
  isDivisible,
  isIdle,
  narrowed,
  titleOf,
} from "./plan-words.ts";

/** What an action would do, before it is done. Leaving a step out asks anew, so that the sentence and the button stay true. */
export const PlanDialog = ({ action: asked }: { readonly action: Action }) => {
  const { store, live } = useApp();
  const withUpstream = useSignal(asked.type === "materialize" && asked.includeUpstream === true);
  const leftOut = useSignal<ReadonlySet<string>>(new Set());
  const doing = useSignal<"idle" | "busy" | Acted>("idle");
  const failure = useSignal<unknown>(undefined);
  const id = useMemo(() => crypto.randomUUID(), []);

  const action: Action = asked.type === "materialize" ? { ...asked, includeUpstream: withUpstream.value } : asked;
  const whole = usePlan(action);
  const rest = whole.plan === undefined ? action : narrowed(action, whole.plan, leftOut.value);
  const effective = usePlan(rest ?? action);
  const plan = whole.plan;
  const current = rest === undefined ? undefined : effective.plan;
  const isLate = useAfter(plan === undefined && whole.error === undefined, 150);

  const close = (): void => store.plan(undefined);
  const isReady =
    rest !== undefined &&
    current !== undefined &&
    current.refused === undefined &&
    !isIdle(rest, current) &&
    doing.value === "idle" &&
    !isStale(store.connection.value);
  const act = async (): Promise<void> => {
    if (!isReady || rest === undefined) return;
    doing.value = "busy";
    failure.value = undefined;
    try {
      const acted = await store.inspection.act(rest, { id });
      doing.value = acted;
      live.say(acted.summary ?? (acted.runId === undefined ? "Done" : `Run ${shortRunId(acted.runId)} has started`));
      for (const key of ["storage", "objects", "automation", "partitions"]) store.resources.refresh(key);
      // A run shows itself: in the graph, in the list of runs and in the log of what happens.
      if (acted.summary === undefined) close();
    } catch (cause) {
      failure.value = cause;
      doing.value = "idle";
    }
  };
  useKeys([{ keys: "Mod+Enter", label: "Do what the plan says", group: "Plan", inDialog: true, run: act }]);

  const done = typeof doing.value === "object" ? doing.value : undefined;
  return (
    <Dialog label={titleOf(asked)} onClose={close} class="plan">
      <h2>{titleOf(asked)}</h2>
      {done !== undefined ? (
        <Done acted={done} onClose={close} />
      ) : (
        <>
          {isLate && <p class="dim">Working out what it would do…</p>}
          {whole.error !== undefined && <Problem error={whole.error} onRetry={whole.reload} />}
          {plan !== undefined && (
            <>
              <p class="dim">
                {rest === undefined
                  ? "Nothing is left to do."
                  : `${current?.summary ?? "…"}${current === undefined ? "" : estimateText(current)}`}
              </p>
              {current?.refused !== undefined && (
                <p class="note fail">
                  <Glyph form="fail" />
                  <span class="grow">{current.refused.message}</span>
                  <span class="chip fail">{current.refused.code}</span>
                </p>
              )}
              {plan.steps.length > 0 && (
                <Steps
                  plan={plan}
                  isDivisible={isDivisible(action, plan)}
                  leftOut={leftOut.value}
                  onChange={(next) => {
                    leftOut.value = next;
                  }}
                />
              )}
              {(current ?? plan).notes.map((note) => (
                <p key={note} class="sm dim">
                  {note}
                </p>
              ))}
              {canIncludeUpstream(asked) && (
                <label class="row sm dim">
                  <input
                    type="checkbox"
                    checked={withUpstream.value}
                    onChange={(event) => {
                      withUpstream.value = event.currentTarget.checked;
                      leftOut.value = new Set();
                    }}
                  />
                  Include everything upstream
                </label>
              )}
            </>
          )}
          {failure.value !== undefined && <Problem error={failure.value} />}
          <div class="row end">
            <Button onClick={close}>{asked.type === "cancel" ? "Keep it running" : "Cancel"}</Button>
            <Button
              look="primary"
              class={isDestructive(asked) ? "danger" : ""}
              {...(!isDestructive(asked) && asked.type !== "cancel" && { icon: "play" as const })}
              disabled={!isReady}
              onClick={act}
            >
              {rest === undefined || current === undefined ? "…" : confirmOf(rest, current)}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
};

/** The plan of an action. The same action is asked for once. */
function usePlan(action: Action): { readonly plan: PlanView | undefined; readonly error: unknown; readonly reload: () => void } {
  const { store } = useApp();
  const { value, error, reload } = useResource<PlanView>({
    key: `plan/${JSON.stringify(action)}`,
    load: (signal) => store.inspection.plan(action, { signal }),
    isTouched: (batch) => batch.events.some(({ type }) => type === "RunEnd" || type === "RunStart"),
  });
  return { plan: value.value, error: error.value, reload };
}

interface StepsProps {
  readonly plan: PlanView;
  readonly isDivisible: boolean;
  readonly leftOut: ReadonlySet<string>;
  readonly onChange: (leftOut: ReadonlySet<string>) => void;
}

const Steps = ({ plan, isDivisible, leftOut, onChange }: StepsProps) => (
  <ul class="card list steps" tabIndex={0} aria-label="Steps">
    {plan.steps.map((each) => {
      const text = (
        <>
          <span class="name clip" title={each.step}>
            {each.step}
          </span>
          <Glyph form={formOfStep(each)} />
          <span class="grow clip dim" title={each.reason}>
            {each.partitions !== undefined && `${formatCount(each.partitions, "partition")}: `}
            {each.reason}
          </span>
        </>
      );
      return (
        <li key={`${each.step}\n${each.why}\n${each.reason}`}>
          {isDivisible ? (
            <label class="row hit grow">
              <input
                type="checkbox"
                checked={!leftOut.has(each.step)}
                onChange={(event) => {
                  const next = new Set(leftOut);
                  if (event.currentTarget.checked) next.delete(each.step);
                  else next.add(each.step);
                  onChange(next);
                }}
              />
              {text}
            </label>
          ) : (
            text
          )}
        </li>
      );
    })}
    {plan.total > plan.steps.length && <li class="dim">and {formatNumber(plan.total - plan.steps.length)} more</li>}
  </ul>
);

const Done = ({ acted, onClose }: { readonly acted: Acted; readonly onClose: () => void }) => (
  <>
    <p role="status">{acted.summary}</p>
    <div class="row end">
      {acted.runId !== undefined && (
        <a class="btn" href={hrefOf({ screen: "run", runId: acted.runId })} onClick={onClose}>
          Open run {shortRunId(acted.runId)}
        </a>
      )}
      <Button look="primary" onClick={onClose}>
        Close
      </Button>
    </div>
  </>
);
