import { useSignal } from "@preact/signals";
import type { PlanView } from "../../../src/inspector/inspection.ts";
import { Button, Card } from "../../parts/basics.tsx";
import { Problem } from "../../parts/problem-note.tsx";
import { useApp, useResource } from "../../state/context.ts";

const day = 86_400_000;
const ages = [7, 30, 90, 365] as const;

/** What pruning old records would remove, before it is done. */
export const Prune = () => {
  const { store } = useApp();
  const days = useSignal<number>(90);
  const isShown = useSignal(false);
  // Whole days, so that the same question is asked once.
  const before = Math.floor((store.snapshot.value?.now ?? 0) / day) * day - days.value * day;
  const action = { type: "prune", before } as const;
  const { value, error, reload } = useResource<PlanView>({
    key: `storage/${JSON.stringify(action)}`,
    load: (signal) => store.inspection.plan(action, { signal }),
  });
  const plan = value.value;
  return (
    <Card title="Prune" sub="nothing is removed yet">
      <div class="pad stack tight">
        <label class="row dim">
          Older than
          <select value={days.value} onChange={(event) => (days.value = Number(event.currentTarget.value))}>
            {ages.map((age) => (
              <option key={age} value={age}>
                {age} days
              </option>
            ))}
          </select>
        </label>
        {error.value !== undefined && <Problem error={error.value} onRetry={reload} />}
        <p class="dim" role="status">
          {plan?.summary ?? "Counting…"}
        </p>
        {isShown.value &&
          plan?.notes.map((note) => (
            <p key={note} class="sm dim">
              {note}
            </p>
          ))}
        <div class="row wrap">
          {plan !== undefined && plan.notes.length > 0 && (
            <Button aria-expanded={isShown.value} onClick={() => (isShown.value = !isShown.value)}>
              Show what stays
            </Button>
          )}
          <Button
            look="quiet"
            class="c-fail"
            disabled={plan === undefined || plan.refused !== undefined}
            onClick={() => store.plan(action)}
          >
            Prune
          </Button>
        </div>
      </div>
    </Card>
  );
};
