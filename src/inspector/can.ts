import { storeOf } from "../io-handler/stored-in.ts";
import { canPersist } from "../runtime/origin-storage.ts";
import type { Can } from "./inspection.ts";
import type { Subject } from "./subject.ts";

/** What is possible with the values of a repository: it depends on the handlers and their stores. */
export type ValueCan = { readonly [Name in "bytes" | "objects" | "delete" | "rollback"]: boolean };

/** What the handlers of a repository and their stores can do. */
export function valueCapabilitiesOf({ nodes, context }: Subject): ValueCan {
  const handlers = new Set(nodes.map(({ definition }) => definition.ioHandler ?? context.defaultHandler));
  const stores = [...handlers].flatMap((handler) => storeOf(handler) ?? []);
  return {
    bytes: stores.length > 0,
    objects: stores.some(({ canList }) => canList),
    delete: stores.some(({ canDelete }) => canDelete),
    rollback: [...handlers].some(({ history }) => history !== undefined),
  };
}

/** What is possible with a repository in this process. */
export function capabilitiesOf({ nodes, storage }: Subject, ofValues: ValueCan): Can {
  const definitions = nodes.map(({ definition }) => definition);
  const hasAssets = definitions.some(({ kind }) => kind === "asset");
  const can: { -readonly [Name in keyof Can]: Can[Name] | false } = {
    values: true,
    bytes: ofValues.bytes,
    diff: true,
    export: true,
    objects: ofValues.objects,
    persist: canPersist(),
  };
  if (!storage.isReadOnly) {
    Object.assign(can, {
      materialize: hasAssets,
      write: hasAssets,
      backfill: definitions.some(({ kind, partitions }) => kind === "asset" && partitions !== undefined),
      resume: hasAssets,
      cancel: true,
      end: true,
      observe: nodes.some(({ computation }) => computation.kind === "external" && computation.compute !== undefined),
      automate: definitions.some(({ automationCondition }) => automationCondition !== undefined),
      rollback: ofValues.rollback,
      delete: ofValues.delete,
      prune: true,
      import: true,
    });
  }
  return Object.fromEntries(Object.entries(can).filter(([, isPossible]) => isPossible)) as Can;
}
