import { EdgewaterError } from "../errors.ts";
import { IOHandler } from "./handler.ts";
import type { InputContext } from "./input-context.ts";
import { valueKey } from "./key-layout.ts";
import type { OutputContext } from "./output-context.ts";

/**
 * Keeps values in the memory of this process, by reference: what a caller changes in a loaded value is changed for
 * everybody. The default of a repository without a handler.
 *
 * Adds the metadata `storage` (`"memory"`) and `size_bytes`, a shallow estimate: exact for bytes, two bytes a
 * character for text, eight a slot for everything else.
 */
export class InMemoryIOHandler extends IOHandler {
  readonly #values = new Map<string, unknown>();

  override handleOutput(context: OutputContext, value: unknown): void {
    this.#values.set(valueKey("", context, "value"), value);
    context.addOutputMetadata({ storage: "memory", size_bytes: sizeOf(value) });
  }

  /** @throws `NotFound` when this handler was never given the value */
  override loadInput(context: InputContext): unknown {
    const { assetName, partition } = context;
    const key = valueKey("", context, "value");
    if (this.#values.has(key)) return this.#values.get(key);
    const what = JSON.stringify(assetName) + (partition === undefined ? "" : ` for the partition ${partition.key}`);
    throw new EdgewaterError("NotFound", `No value of ${what} in memory: materialize it first, or give it a handler that persists`, {
      asset: assetName,
    });
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return 2 * value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (Array.isArray(value)) return 8 * value.length;
  if (value instanceof Map || value instanceof Set) return (value instanceof Map ? 16 : 8) * value.size;
  return 8 * Object.keys(value).length;
}
