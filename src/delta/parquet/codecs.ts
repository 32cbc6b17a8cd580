import { loadPeer } from "../../peer.ts";
import { Damage, Unsupported } from "./failure.ts";
import { uncompressSnappy } from "./hyparquet.ts";

/** Decompresses the bytes of a page, which become exactly so many. */
export type Decompress = (bytes: Uint8Array, size: number) => Uint8Array | Promise<Uint8Array>;

/** A page may have so many bytes, or so many times those that it is compressed to: no small file takes much memory. */
const mostBytes = 64 * 1024 * 1024;
const mostTimes = 100;

const names = ["UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"];

/**
 * Returns what decompresses the pages of a column. Snappy is built in and gzip is in every runtime; the others come from the
 * package hyparquet-compressors, which is loaded when a file needs it: with its tables it is larger than all of this library.
 *
 * @throws `NotSupported` if the package is not installed
 */
export async function decompressor(codec: number): Promise<Decompress> {
  const inflate = await load(codec);
  return (bytes, size) => {
    if (size > Math.max(mostBytes, mostTimes * bytes.length)) {
      throw new Unsupported(`a page of ${bytes.length} bytes should become ${size} bytes, more than ${mostTimes} times as many`);
    }
    const page = inflate(bytes, size);
    return page instanceof Promise ? page.then((each) => checked(each, size)) : checked(page, size);
  };
}

async function load(codec: number): Promise<Decompress> {
  const name = names[codec];
  if (name === "UNCOMPRESSED") return (bytes) => bytes;
  if (name === "SNAPPY") return uncompressSnappy;
  if (name === "GZIP") return gunzip;
  if (name === undefined || name === "LZO") throw new Unsupported(`it is compressed with ${name ?? `the unknown codec ${codec}`}`);
  const peer = await loadPeer("hyparquet-compressors", "edgewater/delta", () => import("hyparquet-compressors"));
  if (name === "ZSTD") return (bytes, size) => peer.decompressZstd(bytes, new Uint8Array(size));
  if (name === "BROTLI") return peer.decompressBrotli;
  return name === "LZ4" ? peer.decompressLz4 : peer.decompressLz4Raw;
}

function checked(page: Uint8Array, size: number): Uint8Array {
  if (page.length !== size) throw new Damage(`a page has ${page.length} bytes, and should have ${size}`);
  return page;
}

async function gunzip(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const page = new Uint8Array(size);
  let length = 0;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (length + next.value.length > size) {
      await reader.cancel().catch(() => undefined);
      throw new Damage(`a page has more than the ${size} bytes that it should have`);
    }
    page.set(next.value, length);
    length += next.value.length;
  }
  return page.subarray(0, length);
}
