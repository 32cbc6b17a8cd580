import { type Dictionary, dictionaryOf } from "./dictionary.ts";
import { encodings } from "./encodings.ts";
import { ByteWriter, compressSnappy, writeRuns } from "./hyparquet.ts";
import { encodePlain, sizer } from "./plain.ts";
import { physicalTypes } from "./schema-tree.ts";
import type { Levels, ShreddedColumn } from "./shred.ts";
import { type WrittenStruct, writeStruct } from "./thrift-writer.ts";
import type { WrittenColumn } from "./written-schema.ts";
import { writtenStatistics } from "./written-statistics.ts";

/** Pages have about so many bytes before they are compressed. */
const pageBytes = 1024 * 1024;
const [dictionaryPage, dataPage] = [2, 3];

/**
 * Writes the pages of a column in a row group: with a dictionary where that is smaller, else plainly.
 *
 * @returns what the footer has of it, and its bytes before they are compressed
 */
export function writeColumn(
  writer: ByteWriter,
  column: WrittenColumn,
  shredded: ShreddedColumn,
  isCompressed: boolean,
): { readonly chunk: WrittenStruct; readonly size: number } {
  const { values, definitions, repetitions } = shredded;
  const start = writer.offset;
  let size = 0;
  const writePage = (kind: number, header: WrittenStruct, levels: Uint8Array, body: Uint8Array): void => {
    const stored = isCompressed ? compressSnappy(body) : body;
    const headerStart = writer.offset;
    writeStruct(writer, { 1: kind, 2: levels.length + body.length, 3: levels.length + stored.length, ...header });
    size += writer.offset - headerStart + levels.length + body.length;
    writer.appendBytes(levels);
    writer.appendBytes(stored);
  };

  const dictionary = dictionaryOf(column, values);
  const encoding = dictionary === undefined ? encodings.plain : encodings.dictionary;
  const pages: WrittenStruct[] = [];
  if (dictionary !== undefined) {
    const { entries } = dictionary;
    writePage(dictionaryPage, { 7: { 1: entries.length, 2: encodings.plain } }, new Uint8Array(), encodePlain(column, entries));
    pages.push({ 1: dictionaryPage, 2: encodings.plain, 3: 1 });
  }
  const dataStart = writer.offset;
  let pageCount = 0;
  for (const page of pagesOf(column, shredded, dictionary === undefined ? sizer(column) : () => 4)) {
    const count = page.end - page.start;
    const levels = new ByteWriter();
    const repetitionBytes = writeLevels(levels, repetitions, page, column.repetition);
    const definitionBytes = writeLevels(levels, definitions, page, column.definition);
    const header = {
      1: count,
      2: count - (page.valueEnd - page.valueStart),
      3: repetitions === undefined ? count : rowsOf(repetitions, page),
      4: encoding,
      5: definitionBytes,
      6: repetitionBytes,
    };
    const { valueStart, valueEnd } = page;
    const body =
      dictionary === undefined
        ? encodePlain(column, values.slice(valueStart, valueEnd))
        : encodeIndices(dictionary, dictionary.indices.subarray(valueStart, valueEnd));
    writePage(dataPage, { 8: header }, levels.getBytes(), body);
    pageCount++;
  }
  pages.push({ 1: dataPage, 2: encoding, 3: pageCount });

  const count = definitions?.length ?? values.length;
  const metadata = {
    1: physicalTypes.indexOf(column.physicalType),
    2: [...new Set([encodings.plain, encoding])],
    3: column.path,
    4: isCompressed ? 1 : 0,
    5: BigInt(count),
    6: BigInt(size),
    7: BigInt(writer.offset - start),
    9: BigInt(dataStart),
    11: dictionary === undefined ? undefined : BigInt(start),
    12: writtenStatistics(column, dictionary?.entries ?? values, count - values.length),
    13: pages,
  };
  return { chunk: { 2: BigInt(start), 3: metadata }, size };
}

/** The levels of a page, from `start` up to `end`, and its values. */
interface Page {
  readonly start: number;
  readonly end: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** A page starts with a row: no row is in two. */
function* pagesOf(
  column: WrittenColumn,
  { values, definitions, repetitions }: ShreddedColumn,
  sizeOf: (value: unknown) => number,
): Generator<Page> {
  const count = definitions?.length ?? values.length;
  let [start, valueStart, value, bytes] = [0, 0, 0, 0];
  for (let at = 0; at < count; at++) {
    const isThere = definitions === undefined || definitions[at] === column.definition;
    const size = isThere ? sizeOf(values[value]) : 0;
    if (bytes + size > pageBytes && at > start && (repetitions === undefined || repetitions[at] === 0)) {
      yield { start, end: at, valueStart, valueEnd: value };
      [start, valueStart, bytes] = [at, value, 0];
    }
    bytes += size;
    if (isThere) value++;
  }
  yield { start, end: count, valueStart, valueEnd: value };
}

/** Returns the bytes that the levels take; none where there is only one level. */
function writeLevels(writer: ByteWriter, levels: Levels | undefined, page: Page, most: number): number {
  if (most === 0) return 0;
  const written = levels?.slice(page.start, page.end) ?? new Uint8Array(page.end - page.start).fill(most);
  return writeRuns(writer, written as number[] | Uint8Array, bitsOf(most));
}

/** How many rows start in a page. */
function rowsOf(repetitions: Levels, { start, end }: Page): number {
  let rows = 0;
  for (let at = start; at < end; at++) if (repetitions[at] === 0) rows++;
  return rows;
}

function encodeIndices({ entries }: Dictionary, indices: Int32Array): Uint8Array {
  const writer = new ByteWriter();
  const width = bitsOf(entries.length - 1);
  writer.appendUint8(width);
  writeRuns(writer, indices, width);
  return writer.getBytes();
}

function bitsOf(largest: number): number {
  return 32 - Math.clz32(largest);
}
