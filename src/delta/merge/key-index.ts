import { keyOf } from "../expression/compare.ts";
import type { Evaluate } from "../expression/evaluate.ts";
import type { DeltaType } from "../schema/types.ts";

/** A value that is equal in a row of the source and in one of the table. */
export interface MatchKey {
  readonly source: Evaluate;
  readonly target: Evaluate;
  /** Of both values. */
  readonly type: DeltaType;
  /** Whether nulls are equal, as with `<=>`. */
  readonly matchesNull: boolean;
}

/** Groups the rows of a source by their keys. Without keys, all rows are one group. */
export class KeyIndex {
  readonly #keys: readonly MatchKey[];
  /** A number for each value of each key, and for each pair of the number of what comes before it and its own. */
  readonly #numbers: readonly Map<unknown, number>[];
  readonly #pairs: readonly Map<number, number>[];
  readonly #first: number[] = [];
  readonly #next: Int32Array;

  /** @param rowCount the rows of the source, so that the numbers of pairs are exact */
  constructor(keys: readonly MatchKey[], rowCount: number) {
    this.#keys = keys;
    this.#numbers = keys.map(() => new Map());
    this.#pairs = keys.map(() => new Map());
    this.#next = new Int32Array(rowCount).fill(-1);
  }

  /** Adds a row of the source, which is before those of its group that were added earlier. A row with a null in a key has no group. */
  add(row: number, rows: Parameters<Evaluate>[0]): void {
    let group = 0;
    for (const [index, { source, type, matchesNull }] of this.#keys.entries()) {
      const value = source(rows);
      if (value === null && !matchesNull) return;
      const number = numbered(this.#numbers[index] as Map<unknown, number>, hashed(value, type));
      group = index === 0 ? number : numbered(this.#pairs[index] as Map<number, number>, this.#pair(group, number));
    }
    this.#next[row] = this.#first[group] ?? -1;
    this.#first[group] = row;
  }

  /** The first row of the source with the keys of a row of the table; -1 if no row has them. */
  find(rows: Parameters<Evaluate>[0]): number {
    let group: number | undefined = 0;
    for (let index = 0; index < this.#keys.length; index++) {
      const { target, type, matchesNull } = this.#keys[index] as MatchKey;
      const value = target(rows);
      if (value === null && !matchesNull) return -1;
      const number = this.#numbers[index]?.get(hashed(value, type));
      if (number === undefined) return -1;
      group = index === 0 ? number : this.#pairs[index]?.get(this.#pair(group, number));
      if (group === undefined) return -1;
    }
    return this.#first[group] ?? -1;
  }

  /** The next row of the same group; -1 after the last. */
  after(row: number): number {
    return this.#next[row] as number;
  }

  /** Every number is below the number of rows, so their product is exact for all arrays that there can be. */
  #pair(group: number, number: number): number {
    return group * this.#next.length + number;
  }
}

function numbered<Key>(numbers: Map<Key, number>, key: Key): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}

/** A value by which a Map tells keys apart as comparisons do. */
function hashed(value: unknown, type: DeltaType): unknown {
  return type === "binary" && value !== null ? latin1(value as Uint8Array) : keyOf(value);
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
