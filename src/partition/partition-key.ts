import { compareUtf8 } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import { checkDimension, checkValues } from "./partition-text.ts";

/**
 * Which part of a partitioned asset: one value or several, or values per dimension. Immutable.
 *
 * A key of several values or with several values in a dimension stands for its {@link PartitionKeyBase.members}.
 */
export type PartitionKey = SinglePartitionKey | MultiPartitionKey;

/** What every key can do. */
export interface PartitionKeyBase {
  /** How many one-valued keys this key stands for. */
  readonly size: number;
  /**
   * The one-valued keys this key stands for, in order: the first dimension varies slowest.
   *
   * @throws `PartitionError` when there are more than 1,000,000
   */
  members(): readonly PartitionKey[];
  /** Whether both are of one shape and name the same values. */
  equals(other: PartitionKey): boolean;
  /**
   * What a path to the one partition is made of: its value, or each dimension and its value, sorted by dimension. Not
   * encoded.
   *
   * @throws `PartitionError` when the key stands for several partitions
   */
  segments(): readonly (readonly string[])[];
  /** The display form: `a,b`, or `dim=v1,v2|dim2=v` with sorted dimensions. */
  toString(): string;
  /** The JSON form: `{"single":["a"]}` or `{"multi":{"dim":["v"]}}`. */
  toJSON(): PartitionKeyJson;
}

export interface SinglePartitionKey extends PartitionKeyBase {
  readonly kind: "single";
  /** Sorted and distinct; at least one. */
  readonly values: readonly string[];
}

export interface MultiPartitionKey extends PartitionKeyBase {
  readonly kind: "multi";
  /** Values by dimension, each sorted and distinct. At least one dimension, each with at least one value. */
  readonly dimensions: Readonly<Record<string, readonly string[]>>;
}

/** The JSON form of a key, which is upstream's. */
export type PartitionKeyJson = { readonly single: readonly string[] } | { readonly multi: Readonly<Record<string, readonly string[]>> };

/** A key, or its display form. */
export type PartitionKeyInput = string | PartitionKey;

/** No key and no definition expands into more keys than this. */
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

  /** `entries` are sorted. */
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
 * Makes and reads keys.
 *
 * @throws `PartitionError` for no values, an empty value, or one of the reserved characters: `|` and `,` in values, also
 * `=` in the names of dimensions
 *
 * @example
 * ```ts
 * const key = PartitionKey.multi({ date: "2024-01-15", region: ["eu", "us"] });
 * key.toString(); // "date=2024-01-15|region=eu,us"
 * key.members().map(String); // ["date=2024-01-15|region=eu", "date=2024-01-15|region=us"]
 * ```
 */
export const PartitionKey = {
  single(values: string | readonly string[]): SinglePartitionKey {
    return new Single(checkValues(values, "A partition key"));
  },
  multi(dimensions: Readonly<Record<string, string | readonly string[]>>): MultiPartitionKey {
    const names = Object.keys(dimensions).sort(compareUtf8);
    if (names.length === 0) refuse("A partition key of dimensions needs at least one dimension");
    return new Multi(
      names.map((name) => {
        checkDimension(name);
        return [name, checkValues(dimensions[name] ?? [], `The dimension ${JSON.stringify(name)} of a partition key`)];
      }),
    );
  },
  /** Reads the display form, the inverse of `toString()`; without `kind`, text that holds `|` is read as dimensions. */
  parse(text: string, kind: "single" | "multi" = text.includes("|") ? "multi" : "single"): PartitionKey {
    if (kind === "single") return PartitionKey.single(text.split(","));
    const entries = text.split("|").map((part): [string, string[]] => {
      const at = part.indexOf("=");
      if (at < 0) refuse(`The partition key ${JSON.stringify(text)} is not of the form "dimension=value|dimension=value"`);
      return [part.slice(0, at), part.slice(at + 1).split(",")];
    });
    if (new Set(entries.map(([name]) => name)).size < entries.length) {
      refuse(`The partition key ${JSON.stringify(text)} names a dimension twice`);
    }
    return PartitionKey.multi(Object.fromEntries(entries));
  },
  /** Reads what `toJSON()` gives. */
  fromJSON(json: unknown): PartitionKey {
    const entries = isRecord(json) ? Object.entries(json) : [];
    const [form, content] = entries.length === 1 ? (entries[0] ?? []) : [];
    if (form === "single" && isTexts(content)) return PartitionKey.single(content);
    if (form === "multi" && isRecord(content) && Object.values(content).every(isTexts)) {
      return PartitionKey.multi(content as Record<string, string[]>);
    }
    return refuse('A partition key in JSON is {"single":["a"]} or {"multi":{"dimension":["a"]}}');
  },
} as const;

/** Tells whether `value` came from {@link PartitionKey}, also across bundles and realms. */
export function isPartitionKey(value: unknown): value is PartitionKey {
  return typeof value === "object" && value !== null && brand in value;
}

/**
 * The key that a caller means: text is the display form, see `PartitionKey.parse`.
 *
 * @throws `PartitionError`
 */
export function partitionKeyOf(key: PartitionKeyInput, kind?: "single" | "multi"): PartitionKey {
  if (isPartitionKey(key)) return key;
  if (typeof key !== "string") refuse(`A partition key is a string or a PartitionKey, got ${key === null ? "null" : typeof key}`);
  return PartitionKey.parse(key, kind);
}

/** The dimensions of a key with their values, sorted by name. */
export function dimensionsOf(key: MultiPartitionKey): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(key.dimensions).sort(([left], [right]) => compareUtf8(left, right));
}

/** Every combination of one value per dimension; `entries` are sorted and checked, and the last one varies fastest. */
export function combinations(entries: readonly (readonly [string, readonly string[]])[]): readonly MultiPartitionKey[] {
  const size = entries.reduce((product, [, values]) => product * values.length, 1);
  if (size > maximumKeys) refuse(`${size} combinations of dimensions are too many; at most ${maximumKeys} are enumerated`);
  let rows: (readonly [string, readonly string[]])[][] = [[]];
  for (const [name, values] of entries) {
    rows = rows.flatMap((row) => values.map((value) => [...row, [name, Object.freeze([value])] as const]));
  }
  return rows.map((row) => new Multi(row));
}

function checkOne(key: PartitionKey): void {
  if (key.size !== 1) refuse(`The partition key ${JSON.stringify(String(key))} stands for ${key.size} partitions; one is stored at a time`);
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
