/**
 * The assets that every process of a schedule makes: `a` from an input that changes, `b` from `a`, and in some schedules `c` and `d`
 * together and `e`, which stores nothing.
 */
import { asset, inProcess, Materialization, multiAsset, Output, Repository, type RepositoryOptions, SerializedIOHandler } from "edgewater";
import type { Serializer } from "edgewater/serializer";
import type { Made } from "./history.ts";
import type { Process, Shared } from "./world.ts";

const json: Serializer = {
  name: "json",
  contentType: "application/json",
  extension: "json",
  encode: (value) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(new TextDecoder().decode(bytes)),
};

/** The input that `a` is made from. */
export interface Input {
  /** From 0; below, `a` cannot be made. */
  version: number;
  /** How many values were made. */
  made: number;
  /** Whether equal inputs make equal values. */
  readonly equal: boolean;
  /** Whether `c` and `d` are made too: returned or yielded. */
  readonly more?: "returned" | "yielded" | undefined;
  /** Whether runs skip what is unchanged. What `a` is made from is no input that they know. */
  readonly skips?: boolean | undefined;
}

/** The assets of one process. */
export function pipelineOf(name: string, input: Input) {
  const nameOf = (from: string): string => (input.equal ? from : `${from} by ${name}.${++input.made}`);
  const a = asset({ name: "a", codeVersion: "1" }, (): Made => {
    if (input.version < 0) throw new Error("the input is broken");
    return { name: nameOf(`u${input.version}`), from: "" };
  });
  const b = asset({ name: "b", codeVersion: "1", inputs: { a } }, ({ a }): Made => ({ name: nameOf(`b of ${a.name}`), from: a.name }));
  const madeFrom = (name: string, { name: from }: Made): Made => ({ name: nameOf(`${name} of ${from}`), from });
  const outputs = { c: { codeVersion: "1" }, d: { codeVersion: "1" } };
  const returned = multiAsset({ name: "pair", inputs: { a }, outputs }, ({ a }) => ({ c: madeFrom("c", a), d: madeFrom("d", a) }));
  const yielded = multiAsset({ name: "pair", inputs: { a }, outputs }, async function* ({ a }) {
    yield Output(madeFrom("c", a), { name: "c" });
    yield Output(madeFrom("d", a), { name: "d" });
  });
  const e = asset({ name: "e", inputs: { a } }, ({ a }) => Materialization({ metadata: { from: a.name } }));
  const pair = input.more === "yielded" ? yielded : returned;
  const assets = input.more === undefined ? [a, b] : [a, b, pair, e];
  /** A value for `a` that no function has made. */
  const value = (): Made => ({ name: nameOf(`w${input.version}`), from: "" });
  return { a, b, assets, value };
}

/** Opens a repository of the assets of a process. */
export async function open(
  { storage, store }: Shared,
  { name }: Pick<Process, "name">,
  input: Input,
  options: Omit<RepositoryOptions, "assets"> = {},
) {
  const pipeline = pipelineOf(name, input);
  const ioHandler = new SerializedIOHandler({ store: store as never, serializer: json });
  const executor = inProcess({ maxConcurrency: 1 });
  const repository = await Repository.open({ storage, ioHandler, executor, leaseMs: 1e9, ...options, assets: pipeline.assets });
  return { ...pipeline, repository };
}
