import { compareUtf8 } from "../../encoding/utf8.ts";

/**
 * Names in UTF-8 order from names in UTF-16 order, or in UTF-8 order already. The two differ only between characters
 * beyond U+FFFF and those from U+E000 on, so no more is held back than what begins alike up to the first such character.
 */
export async function* inUtf8Order<Entry>(
  entries: AsyncIterable<Entry>,
  nameOf: (entry: Entry) => string,
): AsyncGenerator<Entry, void, void> {
  let held: Entry[] = [];
  let start = "";
  const release = function* (): Generator<Entry, void, void> {
    yield* held.sort((left, right) => compareUtf8(nameOf(left), nameOf(right)));
    held = [];
  };
  for await (const entry of entries) {
    const name = nameOf(entry);
    if (held.length > 0 && !name.startsWith(start)) yield* release();
    const surrogate = name.search(/[\ud800-\udfff]/);
    if (held.length === 0 && surrogate === -1) {
      yield entry;
      continue;
    }
    if (held.length === 0) start = name.slice(0, surrogate);
    held.push(entry);
  }
  yield* release();
}
