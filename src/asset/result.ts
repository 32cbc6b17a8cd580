import { coerceMetadata, type Metadata, type MetadataInput } from "../metadata/metadata-value.ts";

const brand = Symbol.for("edgewater/result");

interface Said {
  /** What is said of the output, before its handler adds to it. */
  readonly metadata: Metadata;
  /** Names the content, in place of the digest of its bytes. */
  readonly dataVersion: string | undefined;
}

/** A value, and what its maker says of it. */
export interface Output<out Value = unknown, out Name extends string = string> extends Said {
  readonly result: "Output";
  /** Which output of a multi-asset this is. */
  readonly name: Name | undefined;
  readonly value: Value;
}

/** The asset was made by other means: it is recorded, and no handler is called. */
export interface Materialization<out Name extends string = string> extends Said {
  readonly result: "Materialization";
  readonly name: Name | undefined;
}

/** The asset was looked at and not made: an observation is recorded, and no handler is called. */
export interface Observation<out Name extends string = string> extends Said {
  readonly result: "Observation";
  readonly name: Name | undefined;
}

/** What a function returns or yields when it says more than a value. */
export type Result = Output | Materialization | Observation;

export interface ResultOptions<Name extends string> {
  /** Which output of a multi-asset this is. */
  readonly name?: Name;
  readonly metadata?: Readonly<Record<string, MetadataInput>>;
  readonly dataVersion?: string | undefined;
}

/**
 * Wraps a value with metadata, a data version, or the name of a multi-asset's output.
 *
 * @throws `MetadataError` naming the key whose value no kind of metadata holds
 *
 * @example
 * ```ts
 * asset({ name: "rows" }, () => Output(rows, { metadata: { rows: rows.length }, dataVersion: feed.version }));
 * ```
 */
export function Output<Value, const Name extends string = string>(value: Value, options: ResultOptions<Name> = {}): Output<Value, Name> {
  return make({ result: "Output", value, ...said(options) });
}

/**
 * Says that the function itself has stored what it made: it is recorded, and no handler is called.
 *
 * @throws `MetadataError` naming the key whose value no kind of metadata holds
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
  return make({ result: "Materialization", ...said(options) });
}

/**
 * Says what is known of data that something else makes.
 *
 * @throws `MetadataError` naming the key whose value no kind of metadata holds
 *
 * @example
 * ```ts
 * externalAsset({ name: "feed", ioHandler }, async () => Observation({ dataVersion: await etagOf(FEED) }));
 * ```
 */
export function Observation<const Name extends string = string>(options: ResultOptions<Name> = {}): Observation<Name> {
  return make({ result: "Observation", ...said(options) });
}

/** Tells a result from an ordinary value, also across bundles. */
export function isResult(value: unknown): value is Result {
  return typeof value === "object" && value !== null && brand in value;
}

function said<Name extends string>({ name, metadata = {}, dataVersion }: ResultOptions<Name>): Said & { readonly name: Name | undefined } {
  return { name, metadata: coerceMetadata(metadata), dataVersion };
}

function make<Value extends Result>(result: Value): Value {
  return Object.freeze(Object.defineProperty(result, brand, { value: true }));
}
