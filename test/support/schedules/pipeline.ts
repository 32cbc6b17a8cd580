/** The assets that every process of a schedule makes: `b` from `a`, and `a` from an input that changes. */
import { asset, inProcess, Repository, type RepositoryOptions, SerializedIOHandler } from "edgewater";
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
  version: number;
  /** How many values were made. */
  made: number;
  /** Whether equal inputs make equal values. */
  readonly equal: boolean;
}

/** The assets of one process. */
export function pipelineOf(name: string, input: Input) {
  const nameOf = (from: string): string => (input.equal ? from : `${from} by ${name}.${++input.made}`);
  const a = asset({ name: "a", codeVersion: "1" }, (): Made => ({ name: nameOf(`u${input.version}`), from: "" }));
  const b = asset({ name: "b", codeVersion: "1", inputs: { a } }, ({ a }): Made => ({ name: nameOf(`b of ${a.name}`), from: a.name }));
  /** A value for `a` that no function has made. */
  const value = (): Made => ({ name: nameOf(`w${input.version}`), from: "" });
  return { a, b, value };
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
  const assets = [pipeline.a, pipeline.b];
  const repository = await Repository.open({ storage, ioHandler, executor, leaseMs: 1e9, ...options, assets });
  return { ...pipeline, repository };
}
