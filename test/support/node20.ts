/** What tests use and Node 20 lacks. The package is compiled without it: see `lib` of tsconfig.build.json. */

Promise.withResolvers ??= function withResolvers<Value>(): PromiseWithResolvers<Value> {
  let [resolve, reject]: [PromiseWithResolvers<Value>["resolve"], PromiseWithResolvers<Value>["reject"]] = [
    () => undefined,
    () => undefined,
  ];
  const promise = new Promise<Value>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
};

Array.fromAsync ??= async function fromAsync<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
} as typeof Array.fromAsync;

Map.groupBy ??= function groupBy<Key, Item>(items: Iterable<Item>, keyOf: (item: Item, index: number) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
};
