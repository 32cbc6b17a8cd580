import { coerceMetadata, type Metadata, type MetadataInput } from "../metadata/metadata-value.ts";
import { aName, aPlainObject, aString, checkOptions, type OptionKinds } from "../options.ts";

const brand = Symbol.for("edgewater/result");

/** The members that every result has. */
export interface ResultBase<out Name extends string> {
  /** The name of the output, in a multi-asset. */
  readonly name: Name | undefined;
  /** Metadata of the output. The handler's metadata is merged over it. */
  readonly metadata: Metadata;
  /** The data version of the output; by default the digest of its bytes. */
  readonly dataVersion: string | undefined;
}

/** A value with metadata, a data version or a name. */
export interface Output<out Value = unknown, out Name extends string = string> extends ResultBase<Name> {
  /** Always "Output". */
  readonly result: "Output";
  /** The value. */
  readonly value: Value;
}

/** The function has stored the value itself. A materialization is recorded without a call of the handler. */
export interface Materialization<out Name extends string = string> extends ResultBase<Name> {
  /** Always "Materialization". */
  readonly result: "Materialization";
}

/** The function has inspected the asset. An observation is recorded without a call of the handler. */
export interface Observation<out Name extends string = string> extends ResultBase<Name> {
  /** Always "Observation". */
  readonly result: "Observation";
}

/** A result that a function returns or yields in place of a plain value. */
export type Result = Output | Materialization | Observation;

/** Options of {@link Output}, {@link Materialization} and {@link Observation}. */
export interface ResultOptions<Name extends string> {
  /** The name of the output, in a multi-asset. */
  readonly name?: Name;
  /** Metadata of the output. */
  readonly metadata?: Readonly<Record<string, MetadataInput>>;
  /** The data version of the output. */
  readonly dataVersion?: string | undefined;
}

const kinds: OptionKinds<ResultOptions<string>> = { name: aString, metadata: aPlainObject, dataVersion: aName };

/**
 * Wraps a value with metadata, a data version, or the name of an output of a multi-asset.
 *
 * @throws `MetadataError` naming the key whose value cannot be coerced
 *
 * @example
 * ```ts
 * asset({ name: "rows" }, () => Output(rows, { metadata: { rows: rows.length }, dataVersion: feed.version }));
 * ```
 */
export function Output<Value, const Name extends string = string>(value: Value, options: ResultOptions<Name> = {}): Output<Value, Name> {
  return make({ result: "Output", value, ...resultOf("Output", options) });
}

/**
 * Records a materialization of a value that the function has stored itself. The handler is not called.
 *
 * @throws `MetadataError` naming the key whose value cannot be coerced
 *
 * @example
 * ```ts
 * asset({ name: "index" }, async () => {
 *   await database.reindex();
 *   return Materialization({ metadata: { rows: 1707 } });
 * });
 * ```
 */
export function Materialization<const Name extends string = string>(options: ResultOptions<Name> = {}): Materialization<Name> {
  return make({ result: "Materialization", ...resultOf("Materialization", options) });
}

/**
 * Records an observation of data that another program writes.
 *
 * @throws `MetadataError` naming the key whose value cannot be coerced
 *
 * @example
 * ```ts
 * externalAsset({ name: "feed", ioHandler }, async () => Observation({ dataVersion: await etagOf(FEED) }));
 * ```
 */
export function Observation<const Name extends string = string>(options: ResultOptions<Name> = {}): Observation<Name> {
  return make({ result: "Observation", ...resultOf("Observation", options) });
}

/** Returns whether a value is a result, also one of another bundle. */
export function isResult(value: unknown): value is Result {
  return typeof value === "object" && value !== null && brand in value;
}

function resultOf<Name extends string>(owner: string, options: ResultOptions<Name>): ResultBase<Name> {
  checkOptions(owner, options, kinds, "DefinitionError");
  const { name, metadata = {}, dataVersion } = options;
  return { name, metadata: coerceMetadata(metadata), dataVersion };
}

function make<Value extends Result>(result: Value): Value {
  return Object.freeze(Object.defineProperty(result, brand, { value: true }));
}
