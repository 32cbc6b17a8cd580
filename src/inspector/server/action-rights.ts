import { isEdgewaterError } from "../../errors.ts";
import type { Action, Inspection, Snapshot } from "../inspection.ts";
import type { Rights } from "./rights.ts";

/**
 * Asks whether a request may do an action, and may do it to every asset that the action would touch.
 *
 * @throws `PermissionDenied` when it may not
 */
export async function checkActionRights(action: Action, inspection: Inspection, rights: Rights): Promise<void> {
  await rights.require(action.type);
  if (rights.isWhole) return;
  for (const asset of await assetsOf(action, inspection)) await rights.require(action.type, asset);
}

async function assetsOf(action: Action, inspection: Inspection): Promise<readonly string[]> {
  switch (action.type) {
    case "materialize":
    case "backfill": {
      const snapshot = await inspection.snapshot();
      const named = action.selection.length > 0 ? action.selection : snapshot.nodes.map(({ name }) => name);
      return action.includeUpstream ? withUpstream(named, snapshot) : withSteps(named, snapshot);
    }
    case "observe":
      return action.selection;
    case "resume":
    case "cancel":
    case "end":
      return nodesOf(action.runId, inspection);
    case "write":
    case "rollback":
      return [action.asset];
    case "persist":
      return [];
    case "automate":
    case "delete":
    case "prune":
      return (await inspection.snapshot()).nodes.map(({ name }) => name);
  }
}

/** The assets of a run; none of one that does not exist, which the plan says. */
async function nodesOf(runId: string, inspection: Inspection): Promise<readonly string[]> {
  try {
    return (await inspection.run(runId)).nodes;
  } catch (error) {
    if (isEdgewaterError(error, "NotFound")) return [];
    throw error;
  }
}

/** The assets of a selection, with those that the same steps make. */
function withSteps(names: Iterable<string>, { nodes }: Snapshot): readonly string[] {
  const chosen = new Set(names);
  const steps = new Set(nodes.filter(({ name, step }) => chosen.has(name) || chosen.has(step)).map(({ step }) => step));
  return [...new Set([...chosen, ...nodes.filter(({ step }) => steps.has(step)).map(({ name }) => name)])];
}

/** The assets of a selection, with everything that they are made from. */
function withUpstream(names: readonly string[], snapshot: Snapshot): readonly string[] {
  const { nodes, edges } = snapshot;
  const inputs = new Map<number, number[]>();
  for (const [from, to] of edges) {
    const known = inputs.get(to);
    if (known === undefined) inputs.set(to, [from]);
    else known.push(from);
  }
  const positions = new Map(nodes.map(({ name }, position) => [name, position]));
  const found = new Set(withSteps(names, snapshot).map((name) => positions.get(name) ?? -1));
  // A set that grows while it is walked is walked to its end.
  for (const position of found) for (const input of inputs.get(position) ?? []) found.add(input);
  return withSteps([...names, ...[...found].flatMap((position) => nodes[position]?.name ?? [])], snapshot);
}
