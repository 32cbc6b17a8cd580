import { EdgewaterError } from "../errors.ts";
import { type Metadata, MetadataValue } from "../metadata/metadata-value.ts";
import type { InputContext, OutputContext } from "./contexts.ts";
import { handlerName, IOHandler, type StoredValue } from "./handler.ts";
import { valueKey } from "./key-layout.ts";

/**
 * Keeps values in the memory of this process, by reference: a change to a loaded value changes it for all who load it. It is
 * the default handler of a repository.
 *
 * Adds the metadata `storage` (`"memory"`) and `size_bytes`, a shallow estimate: exact for bytes, two bytes per character of
 * text, eight per entry of everything else.
 */
export class InMemoryIOHandler extends IOHandler {
  override readonly reach = "process";
  readonly #values = new Map<string, Entry>();
  #writes = 0;

  /**
   * Keeps a value.
   *
   * @throws `PreconditionFailed` when there is another value than the one that it is to replace
   */
  override handleOutput(context: OutputContext, value: unknown): void {
    const path = valueKey("", context, "value");
    const { expected, runId, writeId } = context;
    const found = this.#values.get(path)?.etag;
    if (expected !== undefined && found !== (expected === "nothing" ? undefined : expected.etag)) {
      const message = `Cannot write ${JSON.stringify(path)} to memory: another run has written it meanwhile`;
      throw new EdgewaterError("PreconditionFailed", message, { asset: context.assetName, key: path });
    }
    const etag = String(++this.#writes);
    this.#values.set(path, { value, runId, writeId, etag });
    context.addOutputMetadata(describe(value));
    context.registerWritten({ path, etag });
  }

  /** Describes a value. */
  override async inspect(context: InputContext): Promise<StoredValue | undefined> {
    const path = valueKey("", context, "value");
    const entry = this.#values.get(path);
    if (entry === undefined) return undefined;
    const { value, runId, writeId, etag } = entry;
    const size = sizeOf(value);
    return { path, size, lastModified: undefined, runId, dataVersion: undefined, writeId, etag, metadata: describe(value) };
  }

  override identity(context: InputContext): unknown {
    return { handler: handlerName(this, InMemoryIOHandler, "InMemoryIOHandler"), path: valueKey("", context, "value") };
  }

  /** Forgets a value. */
  override async remove(context: InputContext): Promise<void> {
    this.#values.delete(valueKey("", context, "value"));
  }

  /** @throws `NotFound` when this handler has no value for the asset or partition */
  override loadInput(context: InputContext): unknown {
    const { assetName, partition } = context;
    const key = valueKey("", context, "value");
    const entry = this.#values.get(key);
    if (entry !== undefined) {
      context.registerLoaded({ writeId: entry.writeId });
      return entry.value;
    }
    const what = JSON.stringify(assetName) + (partition === undefined ? "" : `, partition ${JSON.stringify(String(partition.key))}`);
    throw new EdgewaterError(
      "NotFound",
      `Cannot load ${what} from memory: there is no value; materialize it first, or give it a handler that persists values`,
      {
        asset: assetName,
      },
    );
  }
}

/** A value and the write that made it. */
interface Entry {
  readonly value: unknown;
  readonly runId: string | undefined;
  readonly writeId: string | undefined;
  /** The number of the write. */
  readonly etag: string;
}

/** The metadata of a value. */
function describe(value: unknown): Metadata {
  return { storage: MetadataValue.text("memory"), size_bytes: MetadataValue.int(sizeOf(value)) };
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return 2 * value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (Array.isArray(value)) return 8 * value.length;
  if (value instanceof Map || value instanceof Set) return (value instanceof Map ? 16 : 8) * value.size;
  return 8 * Object.keys(value).length;
}
