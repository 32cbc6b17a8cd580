import { compareUtf8, isWellFormed } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";

/**
 * The key of a part of a partitioned asset: one or several values, or values per dimension. Immutable.
 *
 * A key with several values stands for several partitions: its {@link PartitionKeyBase.members}.
 */
export type PartitionKey = SinglePartitionKey | MultiPartitionKey;

/** The members that every key has. */
export interface PartitionKeyBase {
  /** Number of partitions that this key stands for. */
  readonly size: number;
  /**
   * Returns a key for each partition that this key stands for, in order. Of several dimensions the last one varies fastest.
   *
   * @throws `PartitionError` when there are more than 1,000,000
   */
  members(): readonly PartitionKey[];
  /** Returns whether both keys have the same kind and the same values. */
  equals(other: PartitionKey): boolean;
  /**
   * Returns the parts of a path to the partition: `[value]`, or `[dimension, value]` per dimension, sorted by dimension.
   * They are not encoded.
   *
   * @throws `PartitionError` when the key stands for several partitions
   */
  segments(): readonly (readonly string[])[];
  /** Returns the display form: `a,b`, or `dim=v1,v2|dim2=v` with sorted dimensions. */
  toString(): string;
  /** Returns the JSON form: `{"single":["a"]}` or `{"multi":{"dim":["v"]}}`. */
  toJSON(): PartitionKeyJson;
}

/** A key without dimensions. */
export interface SinglePartitionKey extends PartitionKeyBase {
  /** Always "single". */
  readonly kind: "single";
  /** At least one value; sorted and distinct. */
  readonly values: readonly string[];
}

/** A key with dimensions. */
export interface MultiPartitionKey extends PartitionKeyBase {
  /** Always "multi". */
  readonly kind: "multi";
  /** At least one value per dimension, sorted and distinct, by the name of the dimension. */
  readonly dimensions: Readonly<Record<string, readonly string[]>>;
}

/** The JSON form of a key, as Storage records it. */
export type PartitionKeyJson = { readonly single: readonly string[] } | { readonly multi: Readonly<Record<string, readonly string[]>> };

/** A key, or its display form. */
export type PartitionKeyInput = string | PartitionKey;

/** The largest number of keys that one key or definition expands into. */
export const maximumKeys = 1_000_000;

const brand = Symbol.for("edgewater/partition-key");

class Single implements SinglePartitionKey {
  readonly kind = "single";
  readonly values: readonly string[];

  constructor(values: readonly string[]) {
    this.values = values;
    Object.freeze(Object.defineProperty(this, brand, { value: true }));
  }

  get size(): number {
    return this.values.length;
  }

  members(): readonly PartitionKey[] {
    return this.size === 1 ? [this] : this.values.map((value) => new Single(Object.freeze([value])));
  }

  segments(): readonly (readonly string[])[] {
    checkOne(this);
    return [this.values];
  }

  equals(other: PartitionKey): boolean {
    return other.kind === "single" && other.toString() === this.toString();
  }

  toString(): string {
    return this.values.join(",");
  }

  toJSON(): PartitionKeyJson {
    return { single: this.values };
  }
}

class Multi implements MultiPartitionKey {
  readonly kind = "multi";
  readonly dimensions: Readonly<Record<string, readonly string[]>>;

  /** @param entries the dimensions and their values, sorted and checked */
  constructor(entries: readonly (readonly [string, readonly string[]])[]) {
    this.dimensions = Object.freeze(Object.fromEntries(entries));
    Object.freeze(Object.defineProperty(this, brand, { value: true }));
  }

  get size(): number {
    return Object.values(this.dimensions).reduce((product, values) => product * values.length, 1);
  }

  members(): readonly PartitionKey[] {
    return this.size === 1 ? [this] : combinations(dimensionsOf(this));
  }

  segments(): readonly (readonly string[])[] {
    checkOne(this);
    return dimensionsOf(this).map(([name, values]) => [name, ...values]);
  }

  equals(other: PartitionKey): boolean {
    return other.kind === "multi" && other.toString() === this.toString();
  }

  toString(): string {
    return dimensionsOf(this)
      .map(([name, values]) => `${name}=${values.join(",")}`)
      .join("|");
  }

  toJSON(): PartitionKeyJson {
    return { multi: this.dimensions };
  }
}

/**
 * Factories and parsers of keys.
 *
 * `|` and `,` are reserved in values, and `|`, `,` and `=` in the names of dimensions.
 *
 * @throws `PartitionError` for an empty list, an empty value or a reserved character
 *
 * @example
 * ```ts
 * const key = PartitionKey.multi({ date: "2024-01-15", region: ["eu", "us"] });
 * key.toString(); // "date=2024-01-15|region=eu,us"
 * key.members().map(String); // ["date=2024-01-15|region=eu", "date=2024-01-15|region=us"]
 * ```
 */
export const PartitionKey = {
  /** Makes a key without dimensions from one value or several. */
  single(values: string | readonly string[]): SinglePartitionKey {
    return new Single(checkValues(values, "a partition key"));
  },
  /** Makes a key from one value or several per dimension. */
  multi(dimensions: Readonly<Record<string, string | readonly string[]>>): MultiPartitionKey {
    const names = Object.keys(dimensions).sort(compareUtf8);
    if (names.length === 0) refuse("Cannot make a multi partition key without dimensions; pass at least one");
    return new Multi(
      names.map((name) => {
        checkDimensionName(name);
        return [name, checkValues(dimensions[name] ?? [], `the dimension ${JSON.stringify(name)} of a partition key`)];
      }),
    );
  },
  /** Parses the display form that `toString()` returns. Without `kind`, text with a `|` is parsed as dimensions. */
  parse(text: string, kind: "single" | "multi" = text.includes("|") ? "multi" : "single"): PartitionKey {
    if (kind === "single") return PartitionKey.single(text.split(","));
    const entries = text.split("|").map((part): [string, string[]] => {
      const at = part.indexOf("=");
      if (at < 0) refuse(`Invalid partition key ${JSON.stringify(text)}; expected the form "dimension=value|dimension=value"`);
      return [part.slice(0, at), part.slice(at + 1).split(",")];
    });
    if (new Set(entries.map(([name]) => name)).size < entries.length) {
      refuse(`Invalid partition key ${JSON.stringify(text)}: it names a dimension twice`);
    }
    return PartitionKey.multi(Object.fromEntries(entries));
  },
  /** Reads the JSON form that `toJSON()` returns. */
  fromJSON(json: unknown): PartitionKey {
    const entries = isRecord(json) ? Object.entries(json) : [];
    const [form, content] = entries.length === 1 ? (entries[0] ?? []) : [];
    if (form === "single" && isTexts(content)) return PartitionKey.single(content);
    if (form === "multi" && isRecord(content) && Object.values(content).every(isTexts)) {
      return PartitionKey.multi(content as Record<string, string[]>);
    }
    return refuse('Invalid partition key in JSON; expected {"single":["a"]} or {"multi":{"dimension":["a"]}}');
  },
} as const;

/** Returns whether `value` was made by {@link PartitionKey}, also in another bundle or realm. */
export function isPartitionKey(value: unknown): value is PartitionKey {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * Returns a key as it is and parses text with `PartitionKey.parse`.
 *
 * @throws `PartitionError`
 */
export function partitionKeyOf(key: PartitionKeyInput, kind?: "single" | "multi"): PartitionKey {
  if (isPartitionKey(key)) return key;
  if (typeof key !== "string") refuse(`Invalid partition key; expected a string or a PartitionKey, got ${typeName(key)}`);
  return PartitionKey.parse(key, kind);
}

/** Returns the only value of a key without dimensions; `undefined` for any other key and for invalid text. */
export function singleValue(key: PartitionKeyInput): string | undefined {
  if (typeof key === "string") return /[|,]/.test(key) ? undefined : key;
  return key.kind === "single" && key.size === 1 ? key.values[0] : undefined;
}

/** Returns the dimensions of a key and their values, sorted by name. */
export function dimensionsOf(key: MultiPartitionKey): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(key.dimensions).sort(([left], [right]) => compareUtf8(left, right));
}

/**
 * Returns a key for every combination of one value per dimension. The last dimension varies fastest.
 *
 * @param entries the dimensions and their values, sorted and checked
 * @throws `PartitionError` when there are more than 1,000,000
 */
export function combinations(entries: readonly (readonly [string, readonly string[]])[]): readonly MultiPartitionKey[] {
  const size = entries.reduce((product, [, values]) => product * values.length, 1);
  if (size > maximumKeys) refuse(`Cannot enumerate ${size} combinations of dimensions; the limit is ${maximumKeys}`);
  let rows: (readonly [string, readonly string[]])[][] = [[]];
  for (const [name, values] of entries) {
    rows = rows.flatMap((row) => values.map((value) => [...row, [name, Object.freeze([value])] as const]));
  }
  return rows.map((row) => new Multi(row));
}

/**
 * Checks the name of a dimension.
 *
 * @throws `PartitionError`
 */
export function checkDimensionName(name: string): void {
  if (name === "") refuse("The name of a dimension must not be empty");
  checkText(name, /[|,=]/, `dimension name ${JSON.stringify(name)}`);
}

/** Returns the values of a key, sorted and distinct. `what` names them in the error. */
function checkValues(values: unknown, what: string): readonly string[] {
  const list = typeof values === "string" ? [values] : values;
  if (!Array.isArray(list)) refuse(`Invalid value of ${what}; expected a string or an array of strings, got ${typeName(values)}`);
  if (list.length === 0) refuse(`Cannot make ${what} without values; pass at least one`);
  for (const value of list) {
    if (typeof value !== "string") refuse(`Invalid value of ${what}; expected a string, got ${typeName(value)}`);
    if (value === "") refuse(`Invalid value of ${what}: it is empty`);
    checkText(value, /[|,]/, `partition key ${JSON.stringify(value)}`);
  }
  return Object.freeze([...new Set<string>(list)].sort(compareUtf8));
}

function checkText(text: string, reserved: RegExp, what: string): void {
  const found = reserved.exec(text)?.[0];
  if (found !== undefined) refuse(`Invalid ${what}: ${JSON.stringify(found)} is reserved as a separator`);
  if (!isWellFormed(text)) refuse(`Invalid ${what}: it has a lone surrogate, which UTF-8 cannot encode`);
}

function checkOne(key: PartitionKey): void {
  if (key.size !== 1)
    refuse(`The partition key ${JSON.stringify(String(key))} stands for ${key.size} partitions; use one of its members()`);
}

function typeName(value: unknown): string {
  return value === null ? "null" : typeof value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function refuse(message: string): never {
  throw new EdgewaterError("PartitionError", message);
}
