/** The items of an async iterable. (`Array.fromAsync` is missing in Node 20.) */
export async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
