/** Random writes, rollbacks, prunes, wipes and readers of two repositories, compared with a model of a few lines. */
import { randomOf } from "../random.ts";
import { checkNoGarbage, codeOf, eventsOf, later, type Opened, open, type Place, places, type Shared } from "./shared.ts";

/** A version as the model has it. */
interface Version {
  readonly id: number;
  readonly value: number;
}

/** The versions of each place that can be loaded, oldest first. */
class Model {
  readonly #versions = new Map<Place, readonly Version[]>(places.map((place) => [place, []]));

  of(place: Place): readonly Version[] {
    return this.#versions.get(place) ?? [];
  }

  add(place: Place, version: Version): void {
    this.#versions.set(place, [...this.of(place), version]);
  }

  keep(place: Place, count: number): void {
    this.#versions.set(place, count === 0 ? [] : this.of(place).slice(-count));
  }
}

/** Plays one seed. Returns what does not hold. */
export async function playHistory(seed: number, shared: Shared, steps = 25): Promise<readonly string[]> {
  try {
    return await play(seed, shared, steps);
  } catch (error) {
    return [`seed ${seed}: ${String(error)}`];
  }
}

async function play(seed: number, shared: Shared, steps: number): Promise<readonly string[]> {
  const random = randomOf(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const openers = [await open(shared), await open(shared)] as const;
  const problems: string[] = [];
  const expect = (what: string, found: unknown, expected: unknown): void => {
    if (found !== expected) problems.push(`${what}: ${String(found)}, expected ${String(expected)}`);
  };
  const model = new Model();
  const gone: number[] = [];
  for (let step = 0; step < steps && problems.length === 0; step++) {
    const by = openers[below(2)] as Opened;
    const place = places[below(places.length)] as Place;
    const versions = model.of(place);
    const action = random();
    const name = `step ${step}, ${place.name}[${place.key}]`;
    if (action < 0.35) {
      const value = below(4);
      model.add(place, { id: (await by.write(place, value)).id, value });
    } else if (action < 0.55) {
      const chosen = versions[below(versions.length + 1)];
      const id = chosen?.id ?? gone[below(gone.length)] ?? 1e6;
      if (chosen === undefined) expect(`${name} rolls back to ${id}`, await codeOf(by.rollback(place, id)), "NotFound");
      else {
        const event = await by.rollback(place, id);
        if (chosen !== versions.at(-1)) model.add(place, { id: event.id, value: chosen.value });
        else expect(`${name} rolls back to the newest`, event.id, id);
      }
    } else if (action < 0.65) {
      const count = 1 + below(3);
      await by.prune(random() < 0.5 ? { keep: count } : { keep: count, before: later() });
      for (const each of places) {
        const kept = new Set(model.of(each).slice(-count));
        gone.push(...model.of(each).flatMap((version) => (kept.has(version) ? [] : [version.id])));
        model.keep(each, count);
      }
      problems.push(...(await checkNoGarbage(shared, by)).map((problem) => `${name}: ${problem}`));
    } else if (action < 0.72) {
      await by.wipe(place);
      gone.push(...versions.map(({ id }) => id));
      model.keep(place, 0);
    } else if (action < 0.85) {
      const newest = versions.at(-1);
      if (newest === undefined) expect(`${name} loads`, await codeOf(by.load(place)), "NotFound");
      else expect(`${name} loads`, await by.load(place), newest.value);
    } else {
      const id = gone[below(gone.length)];
      if (id !== undefined) expect(`${name} loads ${id}, which is gone`, await codeOf(by.load(place, id)), "NotFound");
      for (const version of versions) expect(`${name} loads ${version.id}`, await by.load(place, version.id), version.value);
    }
  }
  const slow = delayed(shared, random);
  if (problems.length === 0) problems.push(...(await playAtOnce(random, shared, [await open(slow), await open(slow)], model)));
  return problems.map((problem) => `seed ${seed}: ${problem}`);
}

/** A Storage and a store whose calls wait a little, so that those of several actions come in any order. */
function delayed({ storage, store }: Shared, random: () => number): Shared {
  const wait = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await new Promise((resolve) => setTimeout(resolve));
  };
  const slow = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get: (_, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        if (name === "list" || name === "close") return value.bind(target);
        return async (...given: unknown[]) => {
          await wait();
          const result: unknown = await value.apply(target, given);
          await wait();
          return result;
        };
      },
    });
  return { storage: slow(storage), store: slow(store) };
}

/** Several actions at once: every kept event has its value, a reader finds what was recorded when it began or later. */
async function playAtOnce(random: () => number, shared: Shared, openers: readonly Opened[], model: Model): Promise<readonly string[]> {
  const below = (count: number): number => Math.floor(random() * count);
  const problems: string[] = [];
  /** The value of every event, also of one that is gone. */
  const values = new Map<number, number>();
  for (const place of places) for (const { id, value } of model.of(place)) values.set(id, value);
  for (let round = 0; round < 4; round++) {
    const place = places[below(places.length)] as Place;
    const before = await eventsOf(shared, place);
    const hasWipe = random() < 0.2;
    const newest = before.at(-1)?.id ?? 0;
    const read: number[] = [];
    const works = Array.from({ length: 3 + below(3) }, async (_, index) => {
      const by = openers[index % openers.length] as Opened;
      const action = random();
      const chosen = before[below(before.length)];
      if (index === 0 && hasWipe) return void (await by.wipe(place));
      if (action < 0.4) {
        const value = below(4);
        values.set((await by.write(place, value)).id, value);
      } else if (action < 0.6 && chosen !== undefined) {
        const { id } = await by.rollback(place, chosen.id);
        values.set(id, values.get(chosen.id) as number);
      } else if (action < 0.8) await by.prune({ keep: 1 + below(2), before: later() });
      else {
        const code = await codeOf(by.load(place).then((value) => read.push(value)));
        const isAllowed = code === "NotFound" && (hasWipe || before.length === 0);
        if (code !== undefined && !isAllowed) problems.push(`round ${round}: a reader fails with ${code}`);
      }
    });
    for (const result of await Promise.allSettled(works)) {
      if (result.status === "fulfilled") continue;
      const { code } = result.reason as { readonly code?: string };
      // Others were faster again and again, or the version to bring back was pruned.
      if (code === "Conflict" || code === "NotFound") continue;
      problems.push(`round ${round}: ${String(result.reason)}`);
    }
    const possible = new Set([...values].flatMap(([id, value]) => (id >= newest ? [value] : [])));
    for (const value of read)
      if (!possible.has(value)) problems.push(`round ${round}: a reader finds ${value}, which is older than ${newest}`);
    for (const each of places)
      for (const { id } of await eventsOf(shared, each)) {
        const found = await (openers[0] as Opened).load(each, id);
        if (found !== values.get(id)) problems.push(`round ${round}: the event ${id} has ${found}, expected ${values.get(id)}`);
      }
  }
  problems.push(...(await checkNoGarbage(shared, openers[0] as Opened)));
  return problems;
}
