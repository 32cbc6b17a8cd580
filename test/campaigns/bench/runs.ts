/** The cost of a run beside the work of its assets: a thousand trivial assets, and the plan of a large graph. */
import { type Asset, asset, MemoryStore, Repository, SuperJsonIOHandler } from "edgewater";
import { graphOf } from "../../../src/run/graph.ts";
import { planOf } from "../../../src/run/plan.ts";
import { type AddRow, absolute } from "./harness.ts";

export async function runRows(add: AddRow): Promise<void> {
  await using repository = await Repository.open({
    assets: Array.from({ length: 1000 }, (_, index) => asset({ name: `asset-${index}` }, () => index)),
    ioHandler: new SuperJsonIOHandler({ store: new MemoryStore() }),
  });
  const materialize = async (): Promise<void> => void (await repository.materialize());
  add(await absolute("materialize 1,000 trivial assets into memory, each", { name: "materialize", run: materialize }, 0.3, 1000));

  const nodes = layeredGraph(10_000);
  const graph = graphOf(nodes);
  const loadingContext = { now: new Date(0), dynamicKeys: () => [] };
  const plan = (): void => {
    const steps = planOf(graph, {}, loadingContext);
    if (steps.length !== nodes.length) throw new Error(`The plan has ${steps.length} steps`);
  };
  add(await absolute("plan a graph of 10,000 nodes", { name: "plan", run: plan }, 60));
}

/** Every node takes three of the hundred nodes before it. */
function layeredGraph(size: number): readonly Asset<number>[] {
  const nodes: Asset<number>[] = [];
  for (let index = 0; index < size; index++) {
    const inputs = Object.fromEntries(
      [7, 31, 100].filter((back) => back <= index).map((back) => [`input${back}`, nodes[index - back] as Asset<number>]),
    );
    nodes.push(asset({ name: `node-${index}`, inputs }, () => index));
  }
  return nodes;
}
