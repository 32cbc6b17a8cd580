/**
 * What is in the worker before the text of an edited function: the names that functions of the pipeline use, and the call. It is
 * built into one script without modules, because a worker without an origin can import none.
 */
import "edgewater/polyfill";
import { MetadataValue, PartitionKey, PartitionMap } from "edgewater";
import { superjsonSerializer } from "edgewater/serializer";
import * as maps from "../../examples/earthquakes/geography.ts";
import { metadataToWire } from "../../src/metadata/metadata-json.ts";
import type { Call, FromWorker, Level, SentInput } from "./messages.ts";

type Compute = (inputs: Readonly<Record<string, unknown>>, context: object) => unknown;

const serializer = superjsonSerializer();

Object.assign(globalThis, {
  MetadataValue,
  geography: async () => maps,
  /** The last line of the script: waits for the call. */
  serveFunction(compute: Compute | undefined): void {
    addEventListener("message", ({ ports: [port] }) => {
      if (port === undefined) return;
      port.onmessage = ({ data }: MessageEvent<Call>) => answer(port, data, compute);
    });
  },
});

async function answer(port: MessagePort, call: Call, compute: Compute | undefined): Promise<void> {
  const post = (message: FromWorker): void => port.postMessage(message);
  try {
    if (compute === undefined)
      throw new ReferenceError(
        `The text declares no function named ${call.assetName}; write function ${call.assetName}(inputs, context) { … }`,
      );
    const metadata = new Map<string, MetadataValue>();
    let dataVersion: string | undefined;
    const log =
      (level: Level) =>
      (message: unknown, ...details: readonly unknown[]) =>
        post({ type: "log", level, text: [message, ...details].map(String).join(" ") });
    const keys = call.keys?.map((key) => PartitionKey.fromJSON(key));
    const context = {
      assetName: call.assetName,
      runId: call.runId,
      outputSelection: [call.assetName],
      partition: keys && { keys, key: keys[0] },
      partitionKey: keys && String(keys[0]),
      signal: new AbortController().signal,
      log: { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
      progress: (done: number, total: number) => post({ type: "progress", done, total }),
      addOutputMetadata: (record: Readonly<Record<string, MetadataValue>>) => {
        // A list coerces plain values as the context of an asset does.
        const added = Object.entries(record).map(([key, value]) => [key, listed(value)] as const);
        for (const [key, value] of added) metadata.set(key, value);
      },
      registerDataVersion: (version: string) => {
        dataVersion = version;
      },
    };
    const inputs = Object.fromEntries(Object.entries(call.inputs).map(([name, input]) => [name, received(input)]));
    const value = await serializer.encode(await compute(inputs, context));
    post({ type: "returned", value, metadata: [...metadata].map(([key, each]) => [key, metadataToWire(each)]), dataVersion });
  } catch (thrown) {
    const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
    post({ type: "threw", name, message, stack: stack ?? "" });
  }
}

function listed(value: MetadataValue): MetadataValue {
  const [coerced] = (MetadataValue.list([value]) as { readonly value: readonly MetadataValue[] }).value;
  return coerced as MetadataValue;
}

function received(input: SentInput): unknown {
  if ("value" in input) return serializer.decode(input.value);
  const values = new Map(input.partitions.map(({ key, value }) => [PartitionKey.fromJSON(key), value]));
  return new PartitionMap(values.keys(), async (key) => serializer.decode(values.get(key) as Uint8Array<ArrayBuffer>));
}
