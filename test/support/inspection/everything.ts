import type { InspectorOptions } from "edgewater/inspector";

/** The options of an inspector in which everybody may see and do everything. */
export const everything: InspectorOptions = {
  authorize: () => true,
  values: "preview",
  stacks: "own",
  actions: [
    ...(["materialize", "backfill", "resume", "cancel", "end", "observe", "automate", "write", "rollback"] as const),
    ...(["delete", "prune", "persist", "export", "import"] as const),
  ],
};
