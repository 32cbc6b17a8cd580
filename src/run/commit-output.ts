import type { PendingOutput } from "../asset/outputs.ts";
import { isResult, type Result } from "../asset/result.ts";
import { throwIfAborted } from "../errors.ts";
import { OutputContext } from "../io-handler/contexts.ts";
import { uniqueVersion } from "../io-handler/data-version.ts";
import { validate } from "../io-handler/type-hint.ts";
import type { Metadata } from "../metadata/metadata-value.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import type { StoredEvent } from "../storage/types.ts";
import type { CommitEnvironment } from "./run-environment.ts";

/** Metadata and a data version that were given for an output. */
interface Annotations {
  readonly metadata: Metadata;
  readonly dataVersion: string | undefined;
}

/** Called with the commit of an output when it starts. Once it has started, it counts, also when the step is aborted meanwhile. */
export type OnCommit = (commit: Promise<StoredEvent>) => void;

/** One output that is not written yet, with what is recorded beside its value. */
interface AnnotatedOutput extends PendingOutput {
  /** What the function gave to its context. */
  readonly annotations: Annotations;
  /** The data versions of the inputs that it was made from. */
  readonly inputDataVersions: Readonly<Record<string, string>>;
}

/**
 * Writes an output through its handler and records it. A `Materialization` or an `Observation` is only recorded. Metadata
 * of the result overrides that of the context, and the handler's overrides both. The data version is the handler's, else the
 * result's, else the context's, else that of the metadata, else the digest of the bytes, else a unique one.
 */
export async function commitOutput(output: AnnotatedOutput, environment: CommitEnvironment, onCommit: OnCommit): Promise<StoredEvent> {
  const { definition, key, inputDataVersions } = output;
  throwIfAborted(environment.signal, { asset: definition.name });
  const result = isResult(output.returned) ? output.returned : undefined;
  const annotations = {
    metadata: { ...output.annotations.metadata, ...result?.metadata },
    dataVersion: result?.dataVersion ?? output.annotations.dataVersion,
  };
  const written = await write(output, result, annotations, environment);
  // A value that was written too late is not recorded; resuming the run records it.
  throwIfAborted(environment.signal, { asset: definition.name });
  const recordedMetadata = written?.outputMetadata ?? annotations.metadata;
  const dataVersion = written?.dataVersion ?? annotations.dataVersion ?? versionIn(recordedMetadata) ?? written?.contentVersion;
  const commit = environment.storage.commit({
    events: [
      {
        eventType: result?.result === "Observation" ? "Observation" : "Materialization",
        assetKey: definition.name,
        partitionKey: key,
        runId: environment.runId,
        timestamp: Date.now(),
        dataVersion: dataVersion ?? uniqueVersion(),
        codeVersion: definition.codeVersion,
        inputDataVersions,
        metadata: recordedMetadata,
      },
    ],
  });
  const recorded = commit.then(([event]) => event as StoredEvent);
  onCommit(recorded);
  return recorded;
}

/** The data version that metadata has as a value of the kind DataVersion. */
function versionIn(metadata: Metadata): string | undefined {
  return Object.values(metadata).find((value) => value.kind === "DataVersion")?.value;
}

/** Writes the value of an output; undefined when there is no value to write. */
async function write(
  { definition, key, returned }: PendingOutput,
  result: Result | undefined,
  annotations: Annotations,
  { runId, signal, log, defaultHandler }: CommitEnvironment,
): Promise<OutputContext | undefined> {
  if (result !== undefined && result.result !== "Output") return undefined;
  const { name, metadata, partitions, typeHint, ioHandler } = definition;
  const value = result === undefined ? returned : result.value;
  await validate(value, typeHint, name, `value of ${JSON.stringify(name)}`);
  const context = new OutputContext({
    assetName: name,
    assetMetadata: metadata,
    partition: key && partitions && new PartitionContext({ keys: [key], definition: partitions }),
    typeHint,
    outputMetadata: annotations.metadata,
    assetDataVersion: annotations.dataVersion ?? versionIn(annotations.metadata),
    runId,
    signal,
    log,
  });
  await (ioHandler ?? defaultHandler).handleOutput(context, value);
  return context;
}
