import type { Cursor } from "./bits.ts";
import { decompressor } from "./codecs.ts";
import { type Convert, join, take, type Values } from "./convert.ts";
import { decodeIndices, decodeValues, encodings } from "./encodings.ts";
import { Damage } from "./failure.ts";
import type { Chunk } from "./footer.ts";
import { type Decoded, decodeLevels, nextPage } from "./page.ts";

/** The values of a column in a row group, without nulls, and the levels that say where they belong. */
export interface Column {
  readonly values: Values;
  /** One for each value, null and empty list; undefined when every value is there. */
  readonly definitions: Uint8Array | undefined;
  /** One for each value, null and empty list; undefined for a column that is in no list or map. */
  readonly repetitions: Uint8Array | undefined;
  /** The number of levels. */
  readonly count: number;
  /** The position of the first level; above 0 when the pages before it are not wanted. */
  readonly start: number;
}

/**
 * Decodes the pages of a column in a row group.
 *
 * @param rows the rows that are wanted of a column that is in no list or map: other pages are not decompressed
 */
export async function decodeColumn(
  chunk: Chunk,
  bytes: Uint8Array,
  convert: Convert,
  rows?: { readonly start: number; readonly end: number },
): Promise<Column> {
  const { node, valueCount } = chunk;
  const decompress = await decompressor(chunk.codec);
  const cursor: Cursor = { bytes, position: 0 };
  let dictionary: Values | undefined;
  const pages: Decoded[] = [];
  const values: Values[] = [];
  let seen = 0;
  let first: number | undefined;
  while (seen < valueCount && cursor.position < bytes.length) {
    const page = nextPage(cursor);
    if (page.kind === "other") continue;
    if (page.kind === "dictionary") {
      const plain = page.encoding === encodings.plainDictionary ? encodings.plain : page.encoding;
      dictionary = convert(decodeValues(node, plain, await decompress(page.bytes, page.size), page.count));
      continue;
    }
    const start = seen;
    seen += page.count;
    if (seen > valueCount) throw new Damage(`the column ${JSON.stringify(node.name)} has more than its ${valueCount} values`);
    if (rows !== undefined && (seen <= rows.start || start >= rows.end)) continue;
    first ??= start;
    const decoded = await decodeLevels(page, node, decompress);
    pages.push(decoded);
    values.push(valuesOf(decoded, dictionary));
  }
  if (seen < valueCount) throw new Damage(`the column ${JSON.stringify(node.name)} has ${seen} of its ${valueCount} values`);
  return { values: join(values), start: first ?? 0, ...levelsOf(pages, node.definitionLevel) };

  function valuesOf({ encoding, bytes, present }: Decoded, dictionary: Values | undefined): Values {
    if (encoding !== encodings.dictionary && encoding !== encodings.plainDictionary) {
      return convert(decodeValues(node, encoding, bytes, present));
    }
    if (dictionary === undefined && present > 0) throw new Damage(`the column ${JSON.stringify(node.name)} has no dictionary`);
    return take(dictionary ?? [], decodeIndices(bytes, present, dictionary?.length ?? 0));
  }
}

/** The levels of pages together. */
function levelsOf(pages: readonly Decoded[], present: number): Omit<Column, "values" | "start"> {
  const count = pages.reduce((sum, page) => sum + page.count, 0);
  const together = (levels: readonly (Uint8Array | undefined)[]): Uint8Array | undefined => {
    if (levels.every((each) => each === undefined)) return undefined;
    const joined = new Uint8Array(count);
    let at = 0;
    for (const [index, page] of pages.entries()) {
      const each = levels[index];
      if (each !== undefined) joined.set(each, at);
      // A page without nulls has no levels: all of its values are there.
      else joined.fill(present, at, at + page.count);
      at += page.count;
    }
    return joined;
  };
  return {
    count,
    definitions: together(pages.map(({ definitions }) => definitions)),
    repetitions: together(pages.map(({ repetitions }) => repetitions)),
  };
}
