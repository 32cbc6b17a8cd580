import { storeOf } from "../io-handler/stored-in.ts";
import { canPersist } from "../runtime/origin-storage.ts";
import type { Can } from "./inspection.ts";
import type { Subject } from "./subject.ts";

/** What is possible with a repository in this process. */
export function capabilitiesOf({ nodes, storage, context }: Subject): Can {
  const definitions = nodes.map(({ definition }) => definition);
  const handlers = new Set(definitions.map(({ ioHandler }) => ioHandler ?? context.defaultHandler));
  const stores = [...handlers].flatMap((handler) => storeOf(handler) ?? []);
  const hasAssets = definitions.some(({ kind }) => kind === "asset");
  const can: { -readonly [Name in keyof Can]: Can[Name] | false } = {
    values: true,
    bytes: stores.length > 0,
    diff: true,
    export: true,
    objects: stores.some(({ canList }) => canList),
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
      rollback: [...handlers].some(({ history }) => history !== undefined),
      delete: stores.some(({ canDelete }) => canDelete),
      prune: true,
      import: true,
    });
  }
  return Object.fromEntries(Object.entries(can).filter(([, isPossible]) => isPossible)) as Can;
}
