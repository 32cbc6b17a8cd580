import { EdgewaterError } from "../errors.ts";
import type { BaseIOHandler } from "../io-handler/base.ts";
import { checkIOHandler } from "../io-handler/handler.ts";
import type { HintedType, TypeHint } from "../io-handler/type-hint.ts";
import { coerceMetadata, type MetadataInput } from "../metadata/metadata-value.ts";
import { anyValue, aPlainObject, checkOptions, type OptionKinds, oneOf } from "../options.ts";
import { type ArityOf, isMapping, type Shaped } from "../partition/mapping/make-mapping.ts";
import type { PartitionMapping } from "../partition/mapping/partition-mapping.ts";
import { computationOf } from "./computation.ts";
import { checkTypeHint } from "./define.ts";
import type { Definition, Input, SelfInput } from "./types.ts";

/** Options of {@link input}. */
export interface InputOptions<Hint extends TypeHint, Mapping extends PartitionMapping> {
  /** The partitions of the upstream asset that are loaded. */
  readonly partitionMapping?: Mapping;
  /** What a map of partitions does with a missing value: throw `NotFound` (the default) or skip it. */
  readonly missing?: "throw" | "skip";
  /** The schema or class that the loaded value must match. It is also the type of the input. */
  readonly typeHint?: Hint;
  /** The handler that loads the value, in place of the one of the upstream asset. */
  readonly ioHandler?: BaseIOHandler;
  /** Metadata for the handler, merged over the static metadata of the upstream asset. */
  readonly metadata?: Readonly<Record<string, MetadataInput>>;
}

const inputKinds: OptionKinds<InputOptions<TypeHint, PartitionMapping>> = {
  partitionMapping: { expected: "a PartitionMapping", accepts: isMapping },
  missing: /* @__PURE__ */ oneOf("throw", "skip"),
  typeHint: anyValue,
  ioHandler: anyValue,
  metadata: aPlainObject,
};

type Hinted<Hint, Value> = [Hint] extends [never] ? Value : HintedType<Hint>;

/**
 * Declares how an upstream asset or task is loaded as an input: which partitions, with which handler, and as which type.
 *
 * @throws `DefinitionError` for an upstream that is not an asset or a task, and a handler that does not extend `BaseIOHandler`
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
  options: InputOptions<Hint, Mapping> = {},
): [Mapping] extends [never] ? Input<Hinted<Hint, Value>, false> : Input<Shaped<Hinted<Hint, Value>, ArityOf<Mapping>>, true> {
  if (computationOf(upstream) === undefined)
    throw new EdgewaterError("DefinitionError", "Invalid argument of input(); expected an asset or a task");
  const owner = `input ${JSON.stringify(upstream.name)}`;
  checkOptions(owner, options, inputKinds, "DefinitionError");
  const { partitionMapping, typeHint, ioHandler, metadata = {}, missing = "throw" } = options;
  checkIOHandler(ioHandler, `the ${owner}`);
  checkTypeHint(typeHint, owner);
  const declared: Input = Object.freeze({
    kind: "input",
    upstream,
    partitionMapping,
    typeHint,
    ioHandler,
    metadata: Object.freeze(coerceMetadata(metadata)),
    missing,
  });
  return declared as never;
}

/** Options of {@link selfInput}. */
export interface SelfInputOptions {
  /**
   * The partition of the asset that is loaded, such as `PartitionMapping.timeWindow({ offset: -1 })` for yesterday's: one that comes
   * before. The one that is made unless given.
   */
  readonly partitionMapping?: PartitionMapping<"one" | "maybe"> | undefined;
  /** The schema or class that the loaded value must match. */
  readonly typeHint?: TypeHint | undefined;
}

const selfKinds: OptionKinds<SelfInputOptions> = {
  partitionMapping: {
    expected: "a PartitionMapping to one partition",
    accepts: (value) => isMapping(value) && value.arity !== "many",
  },
  typeHint: anyValue,
};

/**
 * Declares the earlier value of the asset itself, or the value of an earlier partition of it, as an input. It is `undefined` when
 * there is none. A run makes the partition that is loaded first when it is to make both.
 *
 * @throws `DefinitionError` for an invalid type hint or mapping
 *
 * @example
 * ```ts
 * const total = asset({ name: "total", inputs: { previous: selfInput<number>(), today } }, ({ previous = 0, today }) => previous + today);
 * ```
 */
export function selfInput<Value>(options: SelfInputOptions = {}): SelfInput<Value> {
  checkOptions("selfInput", options, selfKinds, "DefinitionError");
  const { partitionMapping, typeHint } = options;
  checkTypeHint(typeHint, "self input");
  return Object.freeze({ kind: "self", partitionMapping, typeHint });
}
