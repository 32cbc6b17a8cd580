/** Does an action: begins what goes on, and returns. */
import type { Asset } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import type { Operations } from "../operations-in-flight.ts";
import { backfill } from "../repository/backfill/backfill.ts";
import { materialize } from "../repository/materialize.ts";
import type { MaterializeOptions } from "../repository/types.ts";
import { nodeOf } from "../run/graph.ts";
import type { OnProgress } from "../run/run-environment.ts";
import { canPersist, persist } from "../runtime/origin-storage.ts";
import { choose, type Making } from "./action-selection.ts";
import { valueFrom } from "./from-shown.ts";
import type { Acted, Action } from "./inspection.ts";
import { readRecords } from "./records.ts";
import { counted } from "./sentences.ts";
import { nameOfKey, storeOfKey, storesOf } from "./stores.ts";
import type { InspectedRepository } from "./subject.ts";

/** How many named actions are remembered. */
const mostRemembered = 1000;

type Of<Type extends Action["type"]> = Extract<Action, { readonly type: Type }>;

/** Does actions, each named one once. */
export class Actions {
  readonly #subject: InspectedRepository;
  readonly #operations: Operations;
  readonly #done = new Map<string, Promise<Acted>>();

  constructor(subject: InspectedRepository, operations: Operations) {
    this.#subject = subject;
    this.#operations = operations;
  }

  /** @throws what keeps the action from beginning; what goes wrong later is recorded */
  act(action: Action, id: string | undefined): Promise<Acted> {
    if (id === undefined) return this.#act(action, undefined);
    const known = this.#done.get(id);
    if (known !== undefined) return known;
    const acting = this.#act(action, id);
    this.#done.set(id, acting);
    if (this.#done.size > mostRemembered) this.#done.delete(this.#done.keys().next().value as string);
    // One that could not begin may be tried again.
    acting.catch(() => this.#done.delete(id));
    return acting;
  }

  #act(action: Action, id: string | undefined): Promise<Acted> {
    const { repository, storage } = this.#subject;
    switch (action.type) {
      case "materialize":
        return this.#make(action, id);
      case "backfill":
        return this.#backfill(action);
      case "resume":
        return this.#resume(action);
      case "cancel":
        return this.#cancel(action);
      case "end":
        return storage.setRunOutcome(action.runId, "Canceled").then(() => ({ runId: action.runId, summary: "Its outcome is Canceled." }));
      case "observe":
        return this.#begin((onProgress) =>
          repository.observe(action.selection, { raiseOnError: false, onProgress, ...(id !== undefined && { runId: id }) }),
        );
      case "automate":
        return this.#begin((onProgress) => repository.automate({ observe: false, onProgress }));
      case "write":
        return this.#write(action);
      case "rollback":
        return this.#rollback(action);
      case "delete":
        return this.#delete(action);
      case "prune":
        return this.#prune(action);
      case "persist":
        return keepStored();
    }
  }

  /** Begins work that goes on, and returns when its first run has started, or when it has ended. */
  #begin(work: (onProgress: OnProgress) => Promise<unknown>): Promise<Acted> {
    return new Promise((resolve, reject) => {
      const onProgress: OnProgress = ({ type, runId }) => {
        if (type === "run-start") resolve({ runId });
      };
      this.#operations.run(() => work(onProgress)).then(() => resolve({ summary: "There was nothing to make." }), reject);
    });
  }

  async #make(action: Making, id: string | undefined): Promise<Acted> {
    const { selection, count } = choose(this.#subject, await readRecords(this.#subject), action);
    if (count === 0) return { summary: "There was nothing to make." };
    const options: MaterializeOptions = { ...selection, raiseOnError: false, ...(id !== undefined && { runId: id }) };
    return this.#begin((onProgress) => materialize(this.#subject.context, { ...options, onProgress }));
  }

  async #backfill(action: Making): Promise<Acted> {
    const { context, graph } = this.#subject;
    const records = await readRecords(this.#subject);
    const { selection, count } = choose(this.#subject, records, action);
    if (count === 0) return { summary: "There was nothing to make." };
    return this.#begin((onProgress) => {
      const environment = context.environment({ onProgress });
      return backfill({ ...selection, onProgress }, graph, records.loadingContext, environment, context.leaseMs);
    });
  }

  async #resume({ runId, force = false }: Of<"resume">): Promise<Acted> {
    const { repository } = this.#subject;
    const isBackfill = (await repository.backfills.list()).some(({ backfillId }) => backfillId === runId);
    return this.#begin((onProgress) =>
      isBackfill
        ? repository.backfill({ resume: runId, onProgress })
        : repository.materialize({ resume: { run: runId, force }, raiseOnError: false, onProgress }),
    );
  }

  async #cancel({ runId }: Pick<Of<"resume">, "runId">): Promise<Acted> {
    const { repository } = this.#subject;
    const isBackfill = (await repository.backfills.list()).some(({ backfillId }) => backfillId === runId);
    await (isBackfill ? repository.backfills.cancel(runId) : repository.cancel(runId));
    return { runId, summary: isBackfill ? "The backfill is canceled." : "The run is canceled." };
  }

  async #write({ asset, partition, value }: Of<"write">): Promise<Acted> {
    const { repository, graph } = this.#subject;
    const { definition } = nodeOf(graph, asset);
    const options = partition === undefined ? {} : { partitionKey: partition };
    const { runId, dataVersion } = await repository.write(definition as Asset, valueFrom(value), options);
    return { runId, summary: `Written as ${dataVersion}.` };
  }

  async #rollback({ asset, partition, version }: Of<"rollback">): Promise<Acted> {
    const options = { to: version, ...(partition !== undefined && { partitionKey: partition }) };
    const { runId, dataVersion } = await this.#subject.repository.rollback(asset, options);
    return { runId, summary: `The newest version is ${dataVersion} again.` };
  }

  /** Deletes objects, and looks at the places of which the value may be gone, so that the records say so. */
  async #delete({ keys }: Of<"delete">): Promise<Acted> {
    const stores = storesOf(this.#subject);
    const found = keys.map((listed) => storeOfKey(stores, listed));
    for (const { store, key } of found) {
      if (store.store.delete !== undefined) continue;
      throw new EdgewaterError("NotSupported", `Cannot delete ${JSON.stringify(key)}: ${store.store.name} cannot delete`, {
        store: store.store.name,
        key,
      });
    }
    for (const store of new Set(found.map((each) => each.store)))
      await store.store.delete?.(found.filter((each) => each.store === store).map(({ key }) => key));
    const { repository, nodes } = this.#subject;
    const names = new Set(found.flatMap(({ store, key }) => nameOfKey(store, key)?.asset ?? []));
    const selection = nodes.flatMap(({ definition }) =>
      definition.kind === "asset" && names.has(definition.name) ? [definition.name] : [],
    );
    if (selection.length > 0) await repository.status({ selection, partitions: true, verify: true });
    return { summary: `Deleted ${counted(keys.length, "object")}.` };
  }

  async #prune({ before }: Of<"prune">): Promise<Acted> {
    const { repository, storage } = this.#subject;
    const versions = await repository.prune({ before: new Date(before) });
    const records = await storage.prune({ before });
    const objects = `${counted(versions.versions, "version")} with ${counted(versions.objects, "object")}`;
    return { summary: `Deleted ${objects}, ${counted(records.events, "event")} and ${counted(records.runs, "run")}.` };
  }
}

async function keepStored(): Promise<Acted> {
  if (!canPersist())
    throw new EdgewaterError("NotSupported", "Cannot ask to keep what is stored: this runtime has no navigator.storage.persist");
  const { persisted } = await persist();
  return { summary: persisted ? "The browser keeps what is stored." : "The browser does not promise to keep what is stored." };
}
