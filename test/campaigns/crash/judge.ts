import { isDelete, type Key, keys, type Left } from "./plan.ts";

/** Records the acknowledged writes of one writer, and checks the objects after it was killed. */
export class Judge {
  readonly problems: string[] = [];
  kills = 0;
  acknowledged = 0;
  /** Writes that were done but not acknowledged before the kill. */
  landed = 0;
  readonly #versions = new Map<Key, number>();

  version(key: Key): number {
    return this.#versions.get(key) ?? 0;
  }

  acknowledge(key: Key, version: number): void {
    this.acknowledged++;
    this.#versions.set(key, version);
  }

  /** Checks that each key has its last acknowledged version or the next one, whole, and that the list matches. */
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
    if (listed.join() !== expected.join()) this.problems.push(`lists ${listed}, but has ${expected}`);
  }

  toString(): string {
    const { kills, acknowledged, landed, problems } = this;
    const verdict = problems.length === 0 ? "none lost, none torn" : `PROBLEMS:\n  ${problems.join("\n  ")}`;
    return `${kills} kills, ${acknowledged} writes acknowledged, ${landed} more were done; ${verdict}`;
  }
}
