import { uniqueVersion } from "../asset/data-version.ts";
import { coerceMetadata, type Metadata, type MetadataInput } from "../asset/metadata-value.ts";
import type { AssetContext, Definition } from "../definition/types.ts";
import { throwIfAborted } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { InputContext } from "../io-handler/input-context.ts";
import type { Log } from "../io-handler/log.ts";
import { OutputContext } from "../io-handler/output-context.ts";
import type { MaterializationEvent, Storage } from "../storage/types.ts";

/** What a step needs of its run and its repository. */
export interface StepEnvironment {
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly storage: Storage;
  /** Where nodes without a handler of their own are written. */
  readonly defaultHandler: BaseIOHandler;
}

/** A value to commit, and what its maker said of it. */
export interface Made {
  readonly value: unknown;
  readonly metadata: Metadata;
  readonly dataVersion: string | undefined;
  /** Of the inputs that it was made from, by name of the input's asset. */
  readonly inputDataVersions: Readonly<Record<string, string>>;
}

/** Makes one node: loads its inputs, calls its function, writes the value and records it. */
export async function runStep(node: Definition, environment: StepEnvironment): Promise<MaterializationEvent> {
  return commitOutput(node, await make(node, environment), environment);
}

/** Writes a value through its handler and records it: the second half of every step. */
export async function commitOutput(node: Definition, made: Made, environment: StepEnvironment): Promise<MaterializationEvent> {
  const { runId, signal, log, storage, defaultHandler } = environment;
  throwIfAborted(signal, { asset: node.name });
  const context = new OutputContext({
    assetName: node.name,
    assetMetadata: node.metadata,
    outputMetadata: made.metadata,
    runId,
    signal,
    log,
  });
  await (node.ioHandler ?? defaultHandler).handleOutput(context, made.value);
  const event = {
    eventType: "Materialization",
    assetKey: node.name,
    runId,
    timestamp: Date.now(),
    dataVersion: context.dataVersion ?? made.dataVersion ?? context.contentVersion ?? uniqueVersion(),
    inputDataVersions: made.inputDataVersions,
    metadata: context.outputMetadata,
  } as const;
  const [recorded] = await storage.commit({ events: [event] });
  return recorded as MaterializationEvent;
}

/** Loads the value of a node through its handler. */
export async function loadValue(
  node: Definition,
  environment: Omit<StepEnvironment, "runId">,
  downstreamAsset?: string,
): Promise<{ readonly value: unknown; readonly dataVersion: string | undefined }> {
  const { signal, log, storage, defaultHandler } = environment;
  throwIfAborted(signal, { asset: node.name });
  const latest = await storage.getLatestMaterialization(node.name);
  const upstream = latest && { dataVersion: latest.dataVersion, metadata: latest.metadata };
  const context = new InputContext({ assetName: node.name, downstreamAsset, assetMetadata: node.metadata, upstream, signal, log });
  return { value: await (node.ioHandler ?? defaultHandler).loadInput(context), dataVersion: upstream?.dataVersion };
}

async function make(node: Definition, environment: StepEnvironment): Promise<Made> {
  const { runId, signal, log } = environment;
  const inputs = Object.entries(node.inputs);
  const loaded = await Promise.all(inputs.map(([, source]) => loadValue(source, environment, node.name)));
  let metadata: Metadata = {};
  let dataVersion: string | undefined;
  const context: AssetContext = {
    assetName: node.name,
    runId,
    signal,
    log,
    addOutputMetadata: (record: Readonly<Record<string, MetadataInput>>) => {
      metadata = { ...metadata, ...coerceMetadata(record) };
    },
    registerDataVersion: (version) => {
      dataVersion = version;
    },
  };
  const values = Object.fromEntries(inputs.map(([name], index) => [name, loaded[index]?.value]));
  const value = await node.compute(values, context);
  const versions = inputs.flatMap(([, source], index) => {
    const version = loaded[index]?.dataVersion;
    return version === undefined ? [] : [[source.name, version] as const];
  });
  return { value, metadata, dataVersion, inputDataVersions: Object.fromEntries(versions) };
}
