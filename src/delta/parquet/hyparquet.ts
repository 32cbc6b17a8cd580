/**
 * The bridge to hyparquet and hyparquet-writer, which are pinned as a pair: the writer imports files of exactly its reader. No
 * other file imports them. Of the reader only Snappy is used: its decoders round decimals, make objects of maps, and trust sizes.
 *
 * What users of the bridge work around:
 * - The logical type of integers has its width as a number of 32 bits; other readers refuse it. The converted type is written alone.
 * - A dictionary takes -0 for 0: columns with a -0 are written plain.
 * - A number for a decimal is rounded: decimals are passed as whole numbers without their point.
 *
 * Upgrade both together, and run the tests of `test/unit/delta/node`, which compare with DuckDB.
 *
 * @module
 */
import type { SchemaElement } from "hyparquet";
import { snappyUncompress } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { Damage } from "./failure.ts";

export { ByteWriter, ParquetWriter, type SchemaElement };

/** Decompresses Snappy, which makes at most 64 bytes of 3. */
export function uncompressSnappy(bytes: Uint8Array, size: number): Uint8Array {
  if (size > bytes.length * 22 + 64) throw new Damage(`a page of ${bytes.length} bytes cannot become ${size}`);
  const page = new Uint8Array(size);
  snappyUncompress(bytes, page);
  return page;
}
