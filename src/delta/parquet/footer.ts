import { Damage, Unsupported } from "./failure.ts";
import { type SchemaNode, schemaTree } from "./schema-tree.ts";
import type { ParquetSource, Range } from "./source.ts";
import { ThriftReader, type ThriftStruct, type ThriftValue } from "./thrift.ts";

/** The values of a column in a row group. */
export interface Chunk {
  readonly node: SchemaNode;
  readonly codec: number;
  /** Nulls and empty lists among them. */
  readonly valueCount: number;
  /** Where its pages are in the file. */
  readonly range: Range;
  /** Bounds as bytes of the physical type. */
  readonly min: Uint8Array | undefined;
  readonly max: Uint8Array | undefined;
  readonly nullCount: number | undefined;
}

export interface ChunkGroup {
  readonly firstRow: number;
  readonly rowCount: number;
  /** One for each column of the schema, in its order. */
  readonly chunks: readonly Chunk[];
}

export interface Footer {
  readonly root: SchemaNode;
  readonly rowCount: number;
  readonly groups: readonly ChunkGroup[];
}

/** So many bytes of the end are read at once: the footer, and all of a small file. */
const tailBytes = 256 * 1024;
/** The letters PAR1, with which a file starts and ends. */
export const magic = 0x31524150;

/**
 * Reads the footer of a file.
 *
 * @returns it, and the last bytes of the file, which have been read with it
 */
export async function readFooter(source: ParquetSource, signal?: AbortSignal): Promise<{ footer: Footer; tail: Uint8Array<ArrayBuffer> }> {
  const size = source.byteLength;
  if (size < 12) throw new Damage(`it has ${size} bytes, fewer than an empty Parquet file`);
  let tail = await source.read(Math.max(0, size - tailBytes), size, signal);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  if (view.getUint32(tail.byteLength - 4, true) !== magic) throw new Damage("it does not end with the letters PAR1");
  const footerBytes = view.getUint32(tail.byteLength - 8, true);
  if (footerBytes > size - 12) throw new Damage(`its footer should have ${footerBytes} bytes, more than the file has`);
  if (footerBytes + 8 > tail.byteLength) {
    const rest = await source.read(size - 8 - footerBytes, size - tail.byteLength, signal);
    const whole = new Uint8Array(rest.byteLength + tail.byteLength);
    whole.set(rest);
    whole.set(tail, rest.byteLength);
    tail = whole;
  }
  const bytes = tail.subarray(tail.byteLength - 8 - footerBytes, tail.byteLength - 8);
  return { footer: parseFooter(bytes, size - 8 - footerBytes), tail };
}

/** @param dataEnd where the pages of the file end at the latest */
function parseFooter(bytes: Uint8Array, dataEnd: number): Footer {
  const metadata = new ThriftReader(bytes).struct();
  const { root, columns } = schemaTree(list(metadata[2], "schema"));
  const groups: ChunkGroup[] = [];
  let firstRow = 0;
  for (const each of list(metadata[4], "row groups")) {
    const group = each as ThriftStruct;
    const rowCount = count(group[3], "rows of a row group");
    const chunks = list(group[1], "columns of a row group");
    if (chunks.length !== columns.length) {
      throw new Damage(`a row group has ${chunks.length} columns, and the schema ${columns.length}`);
    }
    groups.push({
      firstRow,
      rowCount,
      chunks: chunks.map((chunk, index) => chunkOf(chunk as ThriftStruct, columns[index] as SchemaNode, dataEnd)),
    });
    firstRow += rowCount;
  }
  const rowCount = count(metadata[3], "rows");
  if (rowCount !== firstRow) throw new Damage(`its row groups have ${firstRow} rows together, and the file should have ${rowCount}`);
  return { root, rowCount, groups };
}

function chunkOf(chunk: ThriftStruct, node: SchemaNode, dataEnd: number): Chunk {
  const column = JSON.stringify(node.name);
  if (chunk[1] !== undefined) throw new Unsupported(`the values of the column ${column} are in another file`);
  if (chunk[8] !== undefined) throw new Unsupported(`the column ${column} is encrypted`);
  const data = chunk[3] as ThriftStruct | undefined;
  if (!Array.isArray(data)) throw new Damage(`the column ${column} has no metadata`);
  const dataPage = count(data[9], "offset of a page");
  const dictionaryPage = data[11] === undefined ? 0 : count(data[11], "offset of a page");
  // Some writers give 0 for a dictionary that there is not.
  const start = dictionaryPage > 0 ? Math.min(dictionaryPage, dataPage) : dataPage;
  const end = start + count(data[7], "bytes of a column");
  const valueCount = count(data[5], "values of a column");
  if (end > dataEnd) throw new Damage(`the column ${column} should end at byte ${end}, and the data end at ${dataEnd}`);
  const statistics = (data[12] ?? []) as ThriftStruct;
  // The older bounds of texts and bytes were compared as signed bytes, which is no order that anybody uses.
  const isOrdered = node.type !== "BYTE_ARRAY" && node.type !== "FIXED_LEN_BYTE_ARRAY";
  return {
    node,
    codec: Number(data[4] ?? 0),
    valueCount,
    range: { start, end },
    min: bytesOf(statistics[6]) ?? (isOrdered ? bytesOf(statistics[2]) : undefined),
    max: bytesOf(statistics[5]) ?? (isOrdered ? bytesOf(statistics[1]) : undefined),
    nullCount: Number.isSafeInteger(statistics[3]) ? (statistics[3] as number) : undefined,
  };
}

function list(value: ThriftValue, what: string): readonly ThriftValue[] {
  if (!Array.isArray(value)) throw new Damage(`its footer has no ${what}`);
  return value;
}

function count(value: ThriftValue, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Damage(`the ${what}: ${value}; expected a whole number`);
  return value as number;
}

function bytesOf(value: ThriftValue): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}
