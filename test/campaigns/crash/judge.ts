import { isDelete, type Key, keys, type Left } from "./plan.ts";

/** Knows what one writer was told that it has written, and judges what is there after it was killed. */
export class Judge {
  readonly problems: string[] = [];
  kills = 0;
  acknowledged = 0;
  /** Writes that a kill has cut off, and that are there all the same. */
  landed = 0;
  readonly #versions = new Map<Key, number>();

  version(key: Key): number {
    return this.#versions.get(key) ?? 0;
  }

  acknowledge(key: Key, version: number): void {
    this.acknowledged++;
    this.#versions.set(key, version);
  }

  /** Of each key the last version that was acknowledged must be there, or the next, whole; and the list must say so. */
  judge({ found, listed }: Left): void {
    for (const { key, version, torn } of found) {
      const last = this.version(key);
      const [before, after] = [last, last + 1].map((each) => (isDelete(each) ? 0 : each));
      if (torn !== undefined) this.problems.push(`${key}: torn after version ${last}: ${torn}`);
      else if (version !== before && version !== after) this.problems.push(`${key}: version ${version} after ${last}`);
      if (version === before || version !== after) continue;
      this.landed++;
      this.#versions.set(key, last + 1);
    }
    const expected = keys.filter((key) => found.some((each) => each.key === key && (each.version > 0 || each.torn)));
    if (listed.join() !== expected.join()) this.problems.push(`lists ${listed} and holds ${expected}`);
  }

  toString(): string {
    const { kills, acknowledged, landed, problems } = this;
    const verdict = problems.length === 0 ? "none lost, none torn" : `PROBLEMS:\n  ${problems.join("\n  ")}`;
    return `${kills} kills, ${acknowledged} writes acknowledged, ${landed} more there; ${verdict}`;
  }
}

/** Random numbers from 0 to 1 that a seed tells (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
