import { singleOutput } from "../asset/outputs.ts";
import type { Asset } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import { type Graph, nodeOf } from "../run/graph.ts";
import { inProcess } from "../run/in-process.ts";
import type { Plan } from "../run/plan.ts";
import { beginRun } from "../run/run.ts";
import type { StoredEvent } from "../storage/types.ts";
import type { RepositoryContext } from "./context.ts";
import { oneKey } from "./keys.ts";
import { runPlan } from "./materialize.ts";
import type { WriteOptions } from "./types.ts";

/** Writes a value in a run of its own. @throws as `repository.write` */
export async function write(context: RepositoryContext, asset: Asset, value: unknown, options: WriteOptions): Promise<StoredEvent> {
  const { partitionKey, ifLatest, signal } = options;
  const { graph, leaseMs } = context;
  const key = oneKey(nodeOf(graph, asset).definition, partitionKey, await context.loadingContext());
  const plan = writePlan(graph, asset, value, key, ifLatest);
  // The value is here.
  const environment = context.environment({ signal, executor: inProcess() });
  const owner = await beginRun(plan, { kind: "write", tags: {} }, { ...environment, leaseMs });
  const { events } = await runPlan(plan, owner, environment, true);
  return events[0] as StoredEvent;
}

/** One step that commits a given value in place of calling the asset's function. */
function writePlan(graph: Graph, asset: Asset, value: unknown, key: PartitionKey | undefined, ifLatest: number | undefined): Plan {
  const { definition, computation } = nodeOf(graph, asset);
  const { name } = definition;
  if (definition.kind !== "asset") {
    const message = `Cannot write ${JSON.stringify(name)}: it is not an asset that this repository materializes`;
    throw new EdgewaterError("GraphError", message, { asset: name });
  }
  const given = {
    ...computation,
    kind: "asset",
    name,
    outputs: [definition],
    inputs: [],
    isBatch: false,
    skipUnchanged: false,
    executor: undefined,
    splitOutputs: singleOutput,
    compute: () => value,
  } as const;
  return [{ label: name, computation: given, keys: key && [key], outputs: [definition], loads: [], after: [], ifLatest }];
}
