import { EdgewaterError } from "../errors.ts";
import type { RepositoryContext } from "../repository/context.ts";
import type { Repository } from "../repository/repository.ts";
import type { Graph, Node } from "../run/graph.ts";
import type { Storage, StoredEvent } from "../storage/types.ts";
import type { LatestView } from "./inspection.ts";
import type { InspectionLimits } from "./options.ts";
import { PartitionIndexes } from "./partition-index.ts";
import { RunningSteps } from "./running-steps.ts";
import { sizeOf } from "./views.ts";

/** The assets and the records that are inspected, and what is known of them between two calls. No store is needed for it. */
export class Subject {
  readonly context: RepositoryContext;
  readonly graph: Graph;
  readonly storage: Storage;
  readonly nodes: readonly Node[];
  /** The positions of nodes in the snapshot, by their names. */
  readonly positions: ReadonlyMap<string, number>;
  readonly partitions: PartitionIndexes = new PartitionIndexes();
  readonly running: RunningSteps;
  /** What events tell that latest records do not, by the ids of the events. */
  readonly #told = new Map<number, ToldEvent>();

  constructor(context: RepositoryContext) {
    this.context = context;
    this.graph = context.graph;
    this.storage = context.storage;
    this.nodes = [...context.graph.nodes.values()];
    this.positions = new Map(this.nodes.map(({ definition }, position) => [definition.name, position]));
    this.running = new RunningSteps(context.graph, context.storage);
  }

  /** A node. @throws `NotFound` for an unknown name */
  node(name: string): Node {
    const node = this.graph.nodes.get(name);
    if (node !== undefined) return node;
    throw new EdgewaterError("NotFound", `Unknown asset ${JSON.stringify(name)}: the repository has no asset or task with this name`, {
      asset: name,
    });
  }

  /** Takes note of what an event tells. Keeps the newest. */
  note({ id, runId, metadata }: StoredEvent): void {
    this.#told.set(id, { runId, size: sizeOf(metadata) });
    if (this.#told.size > mostTold) this.#told.delete(this.#told.keys().next().value as number);
  }

  /** What the event with this id tells; undefined when it was not read. */
  toldBy(eventId: number): ToldEvent | undefined {
    return this.#told.get(eventId);
  }
}

/** A repository that is inspected: its values too, and what it can do. */
export class InspectedRepository extends Subject {
  readonly repository: Repository;
  readonly limits: InspectionLimits;

  constructor(repository: Repository, context: RepositoryContext, limits: InspectionLimits) {
    super(context);
    this.repository = repository;
    this.limits = limits;
  }
}

/** What an event tells that the latest record does not. */
export interface ToldEvent {
  readonly runId: string;
  readonly size: LatestView["size"];
}

const mostTold = 20_000;
