import { aBoolean, aLimit, type OptionKinds, withMethods } from "../../options.ts";
import { type KeptClass, type Registry, registryOf, type SuperJSONRegistrations } from "./registry.ts";

/** Options of `superjsonSerializer` and `SuperJsonIOHandler`. */
export interface SuperJSONOptions {
  /**
   * Keeps which places share one object, and circles. Turn it off for plain data that must be written fast: each place then
   * gets a copy, circles are refused, and the value is trusted to be ordinary data: properties under symbols, hidden and
   * read-only properties, and frozen objects are not looked for, and getters may be read twice.
   *
   * @default true
   */
  readonly references?: boolean | undefined;
  /** Classes by the names that are written for them; the reader needs the same. Private fields are not kept. */
  readonly classes?: Readonly<Record<string, KeptClass>> | undefined;
  /** Symbols by the names that are written for them; the reader needs the same. */
  readonly symbols?: Readonly<Record<string, symbol>> | undefined;
  /**
   * A configured `SuperJSON` instance. Its classes, symbols, custom transformers and allowed error properties are used as
   * superjson uses them, also those that are registered later.
   */
  readonly superjson?: SuperJSONRegistrations | undefined;
  /**
   * Whether regular expressions are kept. Turn it off to read text of strangers: a hostile pattern may never end.
   *
   * @default true
   */
  readonly regExps?: boolean | undefined;
  /**
   * Levels of nesting, for writing and reading alike.
   *
   * @default 4000
   */
  readonly maxDepth?: number | undefined;
  /** The most bytes that are read. With `withGzip` it bounds the inflated bytes, too, while they are inflated. */
  readonly maxBytes?: number | undefined;
  /**
   * Reads typed arrays as views of the bytes that were read, without a copy. They then share one `buffer`, which also holds
   * the rest of the object.
   *
   * @default false
   */
  readonly zeroCopy?: boolean | undefined;
}

/** The kinds of the options. */
export const superjsonKinds: OptionKinds<SuperJSONOptions> = {
  references: aBoolean,
  classes: {
    expected: "an object whose values are classes",
    accepts: (value) => isRecordOf(value, (each) => typeof each === "function"),
  },
  symbols: {
    expected: "an object whose values are symbols",
    accepts: (value) => isRecordOf(value, (each) => typeof each === "symbol"),
  },
  superjson: withMethods("a SuperJSON instance", "serialize", "deserialize"),
  regExps: aBoolean,
  maxDepth: aLimit,
  maxBytes: aLimit,
  zeroCopy: aBoolean,
};

function isRecordOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(isItem);
}

/** What both directions look up, made once for each serializer. */
export interface Settings {
  readonly references: boolean;
  /** Whether symbol keys, hidden properties, attributes and getters are looked for. */
  readonly isStrict: boolean;
  readonly registry: Registry;
  readonly regExps: boolean;
  readonly maxDepth: number;
  readonly maxBytes: number;
  readonly zeroCopy: boolean;
}

export function settingsOf(options: SuperJSONOptions): Settings {
  const references = options.references ?? true;
  return {
    references,
    isStrict: references,
    registry: registryOf(options.classes ?? {}, options.symbols ?? {}, options.superjson),
    regExps: options.regExps ?? true,
    maxDepth: options.maxDepth ?? 4000,
    maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY,
    zeroCopy: options.zeroCopy ?? false,
  };
}
