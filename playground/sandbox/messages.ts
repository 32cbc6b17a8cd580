/** What crosses between the page and the worker of an edited function. Values cross as the bytes of the serializer. */
import type { PartitionKey } from "edgewater";
import type { MetadataWire } from "../../src/metadata/metadata-json.ts";

type KeyJson = ReturnType<PartitionKey["toJSON"]>;
type Bytes = Uint8Array<ArrayBuffer>;

/** The value of an input, or those of its partitions. */
export type SentInput = { readonly value: Bytes } | { readonly partitions: readonly { readonly key: KeyJson; readonly value: Bytes }[] };

/** Calls the function. */
export interface Call {
  readonly assetName: string;
  readonly runId: string;
  readonly inputs: Readonly<Record<string, SentInput>>;
  /** The partitions to make; left out for an asset without partitions. */
  readonly keys?: readonly KeyJson[] | undefined;
}

export type Level = "debug" | "info" | "warn" | "error";

/** From the worker. All of it may be made up by the function: the page checks it. */
export type FromWorker =
  | { readonly type: "log"; readonly level: Level; readonly text: string }
  | { readonly type: "progress"; readonly done: number; readonly total: number }
  | {
      readonly type: "returned";
      readonly value: Bytes;
      readonly metadata: readonly (readonly [key: string, value: MetadataWire])[];
      readonly dataVersion?: string | undefined;
    }
  | { readonly type: "threw"; readonly name: string; readonly message: string; readonly stack: string };

/** From the frame: what the worker could not tell itself, such as an error of syntax. */
export interface FrameError {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}
