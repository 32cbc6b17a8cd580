/**
 * What is used of hyparquet and hyparquet-writer, which are pinned as a pair: Snappy, and the encoders of runs and of bytes that come
 * with it. No other file imports them. Their readers and writers of whole files round decimals, make objects of maps, trust sizes, take
 * -0 for 0, and bring formats that no table has.
 *
 * @module
 */
import { snappyUncompress } from "hyparquet/src/snappy.js";
import { Damage } from "./failure.ts";

export { ByteWriter } from "hyparquet-writer/src/bytewriter.js";
export { writeRleBitPackedHybrid as writeRuns } from "hyparquet-writer/src/encoding.js";
export { snappyCompress as compressSnappy } from "hyparquet-writer/src/snappy.js";

/** Decompresses Snappy, which makes at most 64 bytes of 3. */
export function uncompressSnappy(bytes: Uint8Array, size: number): Uint8Array {
  if (size > bytes.length * 22 + 64) throw new Damage(`a page of ${bytes.length} bytes cannot become ${size}`);
  const page = new Uint8Array(size);
  snappyUncompress(bytes, page);
  return page;
}
