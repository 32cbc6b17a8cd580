/** The assets that the cases of an executor run, and the repository that both sides open. */
import { asset } from "../../asset/asset.ts";
import { input, selfInput } from "../../asset/input.ts";
import { multiAsset } from "../../asset/multi-asset.ts";
import { Materialization, Output } from "../../asset/result.ts";
import { task } from "../../asset/task.ts";
import type { Asset, MultiAsset, Task } from "../../asset/types.ts";
import { EdgewaterError } from "../../errors.ts";
import { SuperJsonIOHandler } from "../../io-handler/superjson.ts";
import type { ObjectStore } from "../../object-store/types.ts";
import { aFunction, checkOptions, type OptionKinds, required, withMethods } from "../../options.ts";
import { PartitionMapping } from "../../partition/mapping/partition-mapping.ts";
import { multiPartitions } from "../../partition/multi-partitions.ts";
import { staticPartitions } from "../../partition/static-partitions.ts";
import { Repository } from "../../repository/repository.ts";
import type { Executor } from "../../run/executor.ts";
import type { Storage } from "../../storage/types.ts";
import { type Die, Hooks, hookedStorage, hookedStore } from "./hooks.ts";

/** What both sides of an executor share: a Storage and a store, opened by each. */
export interface ExecutorSuiteOptions {
  /** The Storage. */
  readonly storage: Storage;
  /** The store of the values. */
  readonly store: ObjectStore;
  /** Where steps run; in this process unless given. */
  readonly executor?: Executor;
  /**
   * Of a worker: ends it, in the middle of what it does, and never returns. Cases for workers tell it when. Left out in the process
   * that sends the steps.
   */
  readonly die?: Die;
}

const kinds: OptionKinds<ExecutorSuiteOptions> = {
  storage: required(withMethods("a Storage, such as Storage.memory()", "declareAssets")),
  store: required(withMethods("a store", "put", "get")),
  executor: withMethods("an executor, such as inProcess()", "execute"),
  die: aFunction,
};

/** Text that no request, outcome or record may have. */
export const canary = "canary-7f3a";

const letters = staticPartitions(["a", "b", "é/x"]);
const dates = multiPartitions({ day: staticPartitions(["1", "2"]), place: letters });

/** A name with everything that a name may have. */
export const oddName: string = `odd/näme 🦆 %2F ${"x".repeat(280)}`;

/** The assets and tasks of the suite, with names that begin with the case that runs them. */
function definitionsOf(hooks: Hooks): { readonly assets: readonly (Asset | MultiAsset)[]; readonly tasks: readonly Task[] } {
  const called = (name: string): Promise<void> => hooks.called(name);
  const number = (name: string, value = 1): Asset<number> =>
    asset({ name }, async () => {
      await called(name);
      return value;
    });
  const from = (name: string, source: Asset<number>): Asset<number> =>
    asset({ name, inputs: { source } }, async ({ source }) => {
      await called(name);
      return source + 1;
    });

  // A graph with one of everything.
  const one = number("graph.one");
  const doubled = task({ name: "graph.doubled", inputs: { one } }, ({ one }) => 2 * one);
  const pair = multiAsset(
    { name: "graph.pair", inputs: { doubled }, outputs: { "graph.left": {}, "graph.right": {} } },
    async function* ({ doubled }, context) {
      context.log.info("makes a pair");
      yield Output(doubled, { name: "graph.left", metadata: { side: "left" } });
      yield Output(doubled + 1, { name: "graph.right" });
    },
  );
  const keyed = asset(
    { name: "graph.keyed", partitions: letters, inputs: { one } },
    ({ one }, { partitionKey }) => `${partitionKey}${one}`,
  );
  const batch = asset({ name: "graph.batch", partitions: { definition: letters, batch: true }, inputs: { keyed } }, async ({ keyed }) => {
    return new Map([...(await keyed.toMap())].map(([key, value]) => [key, value.length]));
  });
  const left = pair.outputs["graph.left"];
  const all = asset(
    { name: "graph.all", inputs: { batch: input(batch, { partitionMapping: PartitionMapping.all() }), left } },
    async ({ batch, left }, context) => {
      context.addOutputMetadata({ count: (await batch.toMap()).size });
      return left;
    },
  );
  const own = asset({ name: "graph.own", inputs: { before: selfInput<number>() } }, ({ before }): number => Math.min(1, (before ?? 0) + 1));
  const only = asset({ name: "graph.only", inputs: { one } }, () => Materialization({ metadata: { rows: 3 }, dataVersion: "v3" }));

  const fails = (name: string, thrown: () => unknown): Asset<number> =>
    asset({ name }, (): number => {
      throw thrown();
    });
  const wrong = (): Error => new TypeError("no such column", { cause: new RangeError("row 7") });
  const refused = (): Error => new EdgewaterError("QuotaExceeded", "the disk is full");
  const broken = fails("failure.broken", wrong);
  const beside = number("failure.beside");

  const killed = killPoints.flatMap((point) => {
    const input = number(`kill.${point}.input`);
    return [input, from(`kill.${point}`, input)];
  });
  const gate = (each: string): Asset<number> =>
    asset({ name: `${each}.gated` }, async (_, { signal }) => {
      await called(`${each}.gated`);
      const call = await hooks.count(`${each}.gated`);
      await hooks.gate(each, signal);
      return call;
    });
  const stopped = gate("abort");
  const wide = Array.from({ length: 40 }, (_, index) => number(`many.${index}`, index));
  const sum = asset({ name: "many.sum", inputs: Object.fromEntries(wide.map((each) => [each.name, each])) }, (values) =>
    Object.values(values).reduce<number>((total, each) => total + (each as number), 0),
  );
  const odd = asset({ name: oddName, partitions: dates }, (_, { partitionKey }) => partitionKey);
  const restarted = number("restart.one");
  const unchanged = asset({ name: "unchanged.one", codeVersion: "1" }, () => 1);
  const unchangedPair = multiAsset(
    {
      name: "unchanged.pair",
      inputs: { unchanged },
      outputs: { "unchanged.left": { codeVersion: "1" }, "unchanged.right": { codeVersion: "1" } },
    },
    async ({ unchanged }) => {
      await called("unchanged.pair");
      return { "unchanged.left": unchanged, "unchanged.right": unchanged + 1 };
    },
  );
  const unchangedBatch = asset(
    { name: "unchanged.batch", codeVersion: "1", partitions: { definition: letters, batch: true } },
    (_, { partition }) => new Map(partition?.keys.map((key) => [String(key), 1])),
  );
  let retries = 0;
  const retried = asset({ name: "progress.retried", retry: { maxRetries: 2, delayMs: 1 } }, () => {
    if (retries++ % 2 === 0) throw new Error("try again");
    return 1;
  });
  const assets: (Asset | MultiAsset)[] = [
    ...[one, pair, keyed, batch, all, own, only, broken, from("failure.behind", broken), beside],
    ...[fails("error.class", wrong), fails("error.code", refused), fails("error.text", () => "a text"), fails("error.null", () => null)],
    ...killed,
    ...[unchanged, unchangedPair, unchangedBatch],
    ...["delivery", "zombie", "slow", "cancel"].map(gate),
    ...wide,
    ...[sum, odd, restarted, from("restart.two", restarted), retried, number("lost.one"), number("clock.one"), number("both.one")],
    ...[
      asset({ name: "canary.one" }, () => canary),
      number("transport.one"),
      number("transport.two"),
      number("local.one"),
      stopped,
      from("abort.behind", stopped),
    ],
    // From its first call no worker comes back.
    asset({ name: "hangs" }, async () => {
      await called("hangs");
      while ((await hooks.count("hangs")) === 1) for (;;);
      return 1;
    }),
  ];
  return { assets, tasks: [doubled] };
}

/** The points at which a worker is killed. */
export const killPoints = ["claim", "claimed", "load", "function", "write", "written", "recorded"] as const;

/** Opens the repository of the suite: in the process that sends the steps, and in every worker. */
export async function openExecutorSuite(options: ExecutorSuiteOptions): Promise<Repository> {
  checkOptions("openExecutorSuite", options, kinds);
  const { storage, store, executor, die } = options;
  const hooks = new Hooks(storage, die);
  const { assets, tasks } = definitionsOf(hooks);
  return Repository.open({
    assets,
    tasks,
    ioHandler: new SuperJsonIOHandler({ store: hookedStore(store, hooks) }),
    storage: hookedStorage(storage, hooks),
    ...(executor && { executor }),
  });
}
