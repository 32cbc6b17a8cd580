import { EdgewaterError } from "../errors.ts";
import { type BaseIOHandler, checkIOHandler } from "../io-handler/base.ts";
import type { HintedType, TypeHint } from "../io-handler/type-hint.ts";
import { coerceMetadata, type MetadataInput } from "../metadata/metadata-value.ts";
import type { ArityOf, Shaped } from "../partition/mapping/mapping.ts";
import type { PartitionMapping } from "../partition/mapping/partition-mapping.ts";
import { computationOf } from "./computation.ts";
import { checkTypeHint } from "./define.ts";
import type { Definition, Input, SelfInput } from "./types.ts";

export interface InputOptions<Hint extends TypeHint, Mapping extends PartitionMapping> {
  /** Which partitions of the upstream are loaded. */
  readonly partitionMapping?: Mapping;
  /** What a map of partitions does where a value was never written: it throws `NotFound`, unless this is `"skip"`. */
  readonly missing?: "throw" | "skip";
  /** What the loaded value must be: checked after it was loaded, and it types it. */
  readonly typeHint?: Hint;
  /** Loads it in place of the upstream's own handler. */
  readonly ioHandler?: BaseIOHandler;
  /** Told to the handler over the upstream's own static metadata. */
  readonly metadata?: Readonly<Record<string, MetadataInput>>;
}

type Hinted<Hint, Value> = [Hint] extends [never] ? Value : HintedType<Hint>;

/**
 * Takes an upstream as an input and says how it is loaded: which partitions, by which handler, as what type.
 *
 * @throws `DefinitionError` for an upstream that is no asset or task, or a handler that does not extend `BaseIOHandler`
 *
 * @example
 * ```ts
 * const total = asset({ name: "total", inputs: { days: input(daily, { partitionMapping: PartitionMapping.all() }) } }, async ({ days }) => {
 *   let sum = 0;
 *   for await (const [, day] of days) sum += day.count;
 *   return sum;
 * });
 * ```
 */
export function input<Value, Hint extends TypeHint = never, Mapping extends PartitionMapping = never>(
  upstream: Definition<Value>,
  { partitionMapping, typeHint, ioHandler, metadata = {}, missing = "throw" }: InputOptions<Hint, Mapping> = {},
): [Mapping] extends [never] ? Input<Hinted<Hint, Value>, false> : Input<Shaped<Hinted<Hint, Value>, ArityOf<Mapping>>, true> {
  if (computationOf(upstream) === undefined) throw new EdgewaterError("DefinitionError", "input() takes an asset or a task");
  const owner = `input ${JSON.stringify(upstream.name)}`;
  checkIOHandler(ioHandler, `the ${owner}`);
  checkTypeHint(typeHint, owner);
  const made: Input = Object.freeze({
    kind: "input",
    upstream,
    partitionMapping,
    typeHint,
    ioHandler,
    metadata: Object.freeze(coerceMetadata(metadata)),
    missing,
  });
  return made as never;
}

/**
 * Takes the asset's own earlier value as an input: undefined when it was never written.
 *
 * @throws `DefinitionError` for a type hint that is none
 *
 * @example
 * ```ts
 * const total = asset({ name: "total", inputs: { previous: selfInput<number>(), today } }, ({ previous = 0, today }) => previous + today);
 * ```
 */
export function selfInput<Value>({ typeHint }: { readonly typeHint?: TypeHint } = {}): SelfInput<Value> {
  checkTypeHint(typeHint, "self input");
  return Object.freeze({ kind: "self", typeHint });
}
