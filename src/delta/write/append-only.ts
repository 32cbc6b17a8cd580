import { EdgewaterError } from "../../errors.ts";
import type { Action } from "../log/actions.ts";
import { flagProperty } from "../log/properties.ts";
import type { Snapshot } from "../log/snapshot.ts";
import { nameOf } from "../store.ts";

const property = "delta.appendOnly";

/**
 * Checks that rows of a table may be changed and removed.
 *
 * @throws `NotSupported` if the table is append-only
 */
export function checkRemovable({ table, metadata }: Pick<Snapshot, "table" | "metadata">): void {
  if (!flagProperty(metadata, property, false)) return;
  const message = `Cannot change or remove rows of ${nameOf(table)}: it is append-only (${property}); append rows, or take the property away`;
  throw new EdgewaterError("NotSupported", message, { store: table.store.name, field: property });
}

/**
 * Checks what is committed to a table.
 *
 * @throws `NotSupported` if it removes rows of a table that is append-only
 */
export function checkRemovals(snapshot: Pick<Snapshot, "table" | "metadata">, actions: readonly Action[]): void {
  if (actions.some((action) => "remove" in action && action.remove.dataChange)) checkRemovable(snapshot);
}
