/** Random numbers from a seed (mulberry32), so that a run can be repeated. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks a name, each as often as its weight. */
export function pick<Name extends string>(random: () => number, weights: Readonly<Record<Name, number>>): Name {
  const entries = Object.entries(weights) as [Name, number][];
  let rest = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    rest -= weight;
    if (rest < 0) return name;
  }
  return (entries[0] as [Name, number])[0];
}

/** Deals names like cards from a shuffled deck with as many of each name as its weight, so that every deck has every name. */
export function deckOf<Name extends string>(random: () => number, weights: Readonly<Record<Name, number>>): () => Name {
  const deck = (Object.entries(weights) as [Name, number][]).flatMap(([name, weight]) => new Array<Name>(weight).fill(name));
  let dealt = deck.length;
  return () => {
    if (dealt === deck.length) {
      for (let last = deck.length - 1; last > 0; last--) {
        const other = Math.floor(random() * (last + 1));
        [deck[last], deck[other]] = [deck[other] as Name, deck[last] as Name];
      }
      dealt = 0;
    }
    return deck[dealt++] as Name;
  };
}
