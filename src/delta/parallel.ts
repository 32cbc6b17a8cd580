/**
 * Does work for each item, some at a time, and yields the results in the order of the items. A failure ends it; work that was begun
 * is not waited for.
 *
 * @param atOnce so many items are worked on at a time, and so many results are held at most
 * @param work begins with an item, and is not called again for it
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  const begun: Promise<Result>[] = [];
  for (const item of items) {
    const result = work(item);
    // It is awaited later; until then a rejection is not unhandled.
    result.catch(() => {});
    begun.push(result);
    if (begun.length >= atOnce) yield await (begun.shift() as Promise<Result>);
  }
  for (const result of begun) yield await result;
}
