import { escapeKey } from "./places.ts";

/** A property's name in the forms in which it is written, made once. */
export interface Key {
  readonly name: string;
  /** As it is written before its value, after a comma, in UTF-8. */
  readonly bytes: Uint8Array;
  /** As it is written in a path, within a JSON string. */
  readonly path: string;
  /** Whether it is an integer, which comes first in every JavaScript object. */
  readonly isIndex: boolean;
}

/** How many names are remembered, how many lists of them, and the length of the longest such list. */
const mostKeys = 1000;
const mostLists = 8;
const longestList = 100;

/** The names of properties. Objects of one kind follow each other, so that the last lists are likely to come again. */
export class Keys {
  readonly #encoder = new TextEncoder();
  readonly #keys = new Map<string, Key>();
  readonly #lists: (readonly Key[])[] = [];
  #next = 0;

  /** The keys of these names; undefined for too many to make at once. */
  list(names: readonly string[]): readonly Key[] | undefined {
    if (names.length > longestList) return undefined;
    for (const list of this.#lists) if (isOf(list, names)) return list;
    const list = names.map((name) => this.key(name));
    this.#lists[this.#next] = list;
    this.#next = (this.#next + 1) % mostLists;
    return list;
  }

  key(name: string): Key {
    let key = this.#keys.get(name);
    if (key === undefined) {
      const path = JSON.stringify(escapeKey(name)).slice(1, -1);
      key = { name, bytes: this.#encoder.encode(`,${JSON.stringify(name)}:`), path, isIndex: isIndex(name) };
      if (this.#keys.size < mostKeys) this.#keys.set(name, key);
    }
    return key;
  }
}

function isOf(list: readonly Key[], names: readonly string[]): boolean {
  if (list.length !== names.length) return false;
  for (let index = 0; index < names.length; index++) if (list[index]?.name !== names[index]) return false;
  return true;
}

/** Whether a name is an integer that an array could have as an index. */
export function isIndex(name: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1;
}
