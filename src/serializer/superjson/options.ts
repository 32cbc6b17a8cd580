import { aBoolean, aLimit, type OptionKinds } from "../../options.ts";

/** A class whose instances are kept: made again without calling its constructor, then given their own properties. */
export type KeptClass = abstract new (...args: never[]) => object;

export interface SuperJSONOptions {
  /**
   * Keeps which places share one object, and circles. Without it each place gets a copy, which is faster, circles are
   * refused, and properties under symbols are not looked for.
   *
   * @default true
   */
  readonly references?: boolean | undefined;
  /** Classes by the names that are written for them; whoever reads needs the same. Private fields are not kept. */
  readonly classes?: Readonly<Record<string, KeptClass>> | undefined;
  /** Symbols by the names that are written for them; whoever reads needs the same. */
  readonly symbols?: Readonly<Record<string, symbol>> | undefined;
  /**
   * Whether regular expressions are kept. Turn it off to read what strangers write: their pattern could take for ever.
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
  /** Bytes that are read at most. */
  readonly maxBytes?: number | undefined;
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
  regExps: aBoolean,
  maxDepth: aLimit,
  maxBytes: aLimit,
};

function isRecordOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(isItem);
}

/** What both directions look up, made once for each serializer. */
export interface Settings {
  readonly references: boolean;
  readonly classes: ReadonlyMap<string, KeptClass>;
  readonly classNames: ReadonlyMap<object, string>;
  readonly symbols: ReadonlyMap<string, symbol>;
  readonly symbolNames: ReadonlyMap<symbol, string>;
  readonly regExps: boolean;
  readonly maxDepth: number;
  readonly maxBytes: number;
}

export function settingsOf(options: SuperJSONOptions): Settings {
  const classes = Object.entries(options.classes ?? {});
  const symbols = Object.entries(options.symbols ?? {});
  return {
    references: options.references ?? true,
    classes: new Map(classes),
    classNames: new Map(classes.map(([name, { prototype }]) => [prototype as object, name])),
    symbols: new Map(symbols),
    symbolNames: new Map(symbols.map(([name, symbol]) => [symbol, name])),
    regExps: options.regExps ?? true,
    maxDepth: options.maxDepth ?? 4000,
    maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY,
  };
}
