import type { Action } from "../../src/inspector/inspection.ts";
import { Button } from "../parts/basics.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { useStore } from "../state/context.ts";

/** What an action would do, before it is done. */
export const PlanDialog = ({ action }: { readonly action: Action }) => {
  const store = useStore();
  return (
    <Dialog label="Plan" onClose={() => store.plan(undefined)}>
      <div class="dialog-head row between">
        <h2>{action.type}</h2>
        <Button onClick={() => store.plan(undefined)}>Cancel</Button>
      </div>
    </Dialog>
  );
};
