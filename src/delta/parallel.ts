/**
 * Does work for each item, some at a time, and yields the results in the order of the items. It begins at once. A failure ends it; work
 * that was begun is not waited for.
 *
 * @param atOnce so many items are worked on at a time, and so many results are held at most
 * @param work begins with an item, and is not called again for it
 */
export function inOrder<Item, Result>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, void> {
  const left = items[Symbol.iterator]();
  const begun: Promise<Result>[] = [];
  const begin = (): void => {
    for (let next = left.next(); !next.done; next = left.next()) {
      const result = work(next.value);
      // It is awaited later; until then a rejection is not unhandled.
      result.catch(() => {});
      if (begun.push(result) >= atOnce) return;
    }
  };
  begin();
  return results();

  async function* results(): AsyncGenerator<Result, void, void> {
    for (let next = begun.shift(); next !== undefined; next = begun.shift()) {
      yield await next;
      begin();
    }
  }
}
