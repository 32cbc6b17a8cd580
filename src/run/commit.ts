import { isResult, type Result } from "../asset/result.ts";
import type { Definition } from "../asset/types.ts";
import { throwIfAborted } from "../errors.ts";
import { OutputContext } from "../io-handler/contexts.ts";
import { uniqueVersion } from "../io-handler/data-version.ts";
import { validate } from "../io-handler/type-hint.ts";
import type { Metadata } from "../metadata/metadata-value.ts";
import { PartitionContext } from "../partition/partition-context.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { StoredEvent } from "../storage/types.ts";
import type { LoadEnvironment } from "./load.ts";

/** What committing needs of a run and its repository. */
export interface CommitEnvironment extends LoadEnvironment {
  readonly runId: string;
}

/** One output, and what was said of it beside its value. */
export interface Made {
  readonly definition: Definition;
  readonly key: PartitionKey | undefined;
  /** A value, or a result that wraps one. */
  readonly returned: unknown;
  /** What the function said on its context. */
  readonly metadata: Metadata;
  readonly dataVersion: string | undefined;
  readonly inputDataVersions: Readonly<Record<string, string>>;
}

/**
 * Writes an output through its handler and records it; what was stored by other means or only observed is recorded
 * alone. Metadata of the function is overruled by that of its result, and that by the handler's. The data version is the
 * handler's, else the result's, else the one on the context, else the digest of the bytes, else one of its own.
 */
export async function commitOutput(made: Made, environment: CommitEnvironment): Promise<StoredEvent> {
  const { definition, key, inputDataVersions } = made;
  throwIfAborted(environment.signal, { asset: definition.name });
  const result = isResult(made.returned) ? made.returned : undefined;
  const said = { metadata: { ...made.metadata, ...result?.metadata }, dataVersion: result?.dataVersion ?? made.dataVersion };
  const written = await write(made, result, said, environment);
  const [recorded] = await environment.storage.commit({
    events: [
      {
        eventType: result?.result === "Observation" ? "Observation" : "Materialization",
        assetKey: definition.name,
        partitionKey: key,
        runId: environment.runId,
        timestamp: Date.now(),
        dataVersion: written?.dataVersion ?? said.dataVersion ?? written?.contentVersion ?? uniqueVersion(),
        codeVersion: definition.codeVersion,
        inputDataVersions,
        metadata: written?.outputMetadata ?? said.metadata,
      },
    ],
  });
  return recorded as StoredEvent;
}

async function write(
  { definition, key, returned }: Made,
  result: Result | undefined,
  said: { readonly metadata: Metadata; readonly dataVersion: string | undefined },
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
    outputMetadata: said.metadata,
    assetDataVersion: said.dataVersion,
    runId,
    signal,
    log,
  });
  await (ioHandler ?? defaultHandler).handleOutput(context, value);
  return context;
}
