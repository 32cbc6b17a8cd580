import { EdgewaterError } from "../errors.ts";
import type { InputContext, OutputContext } from "./contexts.ts";
import { IOHandler } from "./handler.ts";
import { valueKey } from "./key-layout.ts";

/**
 * Keeps values in the memory of this process, by reference: a change to a loaded value changes it for all who load it. It is
 * the default handler of a repository.
 *
 * Adds the metadata `storage` (`"memory"`) and `size_bytes`, a shallow estimate: exact for bytes, two bytes per character of
 * text, eight per entry of everything else.
 */
export class InMemoryIOHandler extends IOHandler {
  readonly #values = new Map<string, unknown>();

  /** Keeps a value. */
  override handleOutput(context: OutputContext, value: unknown): void {
    this.#values.set(valueKey("", context, "value"), value);
    context.addOutputMetadata({ storage: "memory", size_bytes: sizeOf(value) });
  }

  /** @throws `NotFound` when this handler has no value for the asset or partition */
  override loadInput(context: InputContext): unknown {
    const { assetName, partition } = context;
    const key = valueKey("", context, "value");
    if (this.#values.has(key)) return this.#values.get(key);
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

function sizeOf(value: unknown): number {
  if (typeof value === "string") return 2 * value.length;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (Array.isArray(value)) return 8 * value.length;
  if (value instanceof Map || value instanceof Set) return (value instanceof Map ? 16 : 8) * value.size;
  return 8 * Object.keys(value).length;
}
