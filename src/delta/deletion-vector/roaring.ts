/**
 * Roaring bitmaps of 64 bits: the numbers of the deleted rows of a file.
 *
 * @see https://github.com/delta-io/delta/blob/master/PROTOCOL.md#deletion-vector-format
 * @see https://github.com/RoaringBitmap/RoaringFormatSpec
 */

/** Up to 65,536 consecutive row numbers, of which some are in the set. */
interface Container {
  /** The first row number. */
  readonly start: number;
  readonly count: number;
  /** Sets a 1 in the mask for each row of the set; the mask begins at the row `from`. */
  readonly mark: (mask: Uint8Array, from: number) => void;
}

/** A set of row numbers, read where it lies: never expanded, however many rows its bytes stand for. */
export interface RowSet {
  readonly count: number;
  /** A mask of consecutive rows with a 1 for each that is in the set; undefined if none is. */
  readonly mask: (firstRow: number, rowCount: number) => Uint8Array | undefined;
}

/** The format of Delta: a magic number before the portable form of 64 bits. */
const magic = 1_681_511_377;
const rowsOfContainer = 0x10000;
const cookieWithRuns = 12_347;
const cookieWithoutRuns = 12_346;
const noOffsets = 4;

/**
 * Reads a set of row numbers. The containers of a hostile set cannot be more than its bytes.
 *
 * @throws `RangeError` for bytes that are no such set
 */
export function readRowSet(bytes: Uint8Array): RowSet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = view.getUint32(0, true);
  if (found !== magic) throw new RangeError(`its format is ${found}; this library reads ${magic}`);
  const buckets = view.getBigUint64(4, true);
  const containers: Container[] = [];
  let at = 12;
  for (let bucket = 0n; bucket < buckets; bucket++) {
    const key = view.getUint32(at, true);
    // Row numbers are below 2^53, and the rows of a file far below.
    if (key >= 0x200000) throw new RangeError("it has row numbers beyond 2^53");
    at = readBitmap(view, at + 4, key * 2 ** 32, containers);
  }
  if (at !== bytes.byteLength) throw new RangeError(`it has ${bytes.byteLength} bytes; its bitmaps end at ${at}`);
  for (let index = 1; index < containers.length; index++) {
    if (startOf(containers, index) <= startOf(containers, index - 1)) throw new RangeError("its containers are not in order");
  }
  return { count: containers.reduce((sum, { count }) => sum + count, 0), mask: (first, rows) => maskOf(containers, first, rows) };
}

/** Reads a bitmap of 32 bits, and returns where it ends. */
function readBitmap(view: DataView, start: number, base: number, containers: Container[]): number {
  const cookie = view.getUint32(start, true);
  const hasRuns = (cookie & 0xffff) === cookieWithRuns;
  if (!hasRuns && cookie !== cookieWithoutRuns) throw new RangeError(`it has a bitmap of the unknown kind ${cookie}`);
  const size = hasRuns ? (cookie >>> 16) + 1 : view.getUint32(start + 4, true);
  if (size > rowsOfContainer) throw new RangeError(`it has a bitmap of ${size} containers`);
  const flags = start + 4;
  const header = hasRuns ? flags + Math.ceil(size / 8) : start + 8;
  let at = header + size * 4 + (hasRuns && size < noOffsets ? 0 : size * 4);
  for (let index = 0; index < size; index++) {
    const from = base + view.getUint16(header + index * 4, true) * rowsOfContainer;
    const count = view.getUint16(header + index * 4 + 2, true) + 1;
    const isRuns = hasRuns && ((view.getUint8(flags + (index >>> 3)) >>> (index & 7)) & 1) === 1;
    const [container, end] = isRuns ? runs(view, at, from) : count > 4096 ? bits(view, at, from, count) : list(view, at, from, count);
    containers.push(container);
    at = end;
  }
  return at;
}

/** Row numbers one by one. */
function list(view: DataView, at: number, start: number, count: number): [Container, number] {
  // Reading the last one refuses bytes that end too early.
  view.getUint16(at + count * 2 - 2, true);
  const mark: Container["mark"] = (mask, from) => {
    for (let index = 0; index < count; index++) set(mask, start + view.getUint16(at + index * 2, true) - from);
  };
  return [{ start, count, mark }, at + count * 2];
}

/** A bit for each row. */
function bits(view: DataView, at: number, start: number, count: number): [Container, number] {
  const size = rowsOfContainer / 8;
  view.getUint8(at + size - 1);
  let found = 0;
  for (let index = 0; index < size; index++) for (let byte = view.getUint8(at + index); byte !== 0; byte &= byte - 1) found++;
  if (found !== count) throw new RangeError(`it has a container of ${found} rows that says ${count}`);
  const mark: Container["mark"] = (mask, from) => {
    for (let row = 0; row < rowsOfContainer; row++) {
      if (((view.getUint8(at + (row >>> 3)) >>> (row & 7)) & 1) === 1) set(mask, start + row - from);
    }
  };
  return [{ start, count, mark }, at + size];
}

/** Runs of consecutive rows. */
function runs(view: DataView, at: number, start: number): [Container, number] {
  const size = view.getUint16(at, true);
  const end = at + 2 + size * 4;
  let count = 0;
  let next = 0;
  for (let run = at + 2; run < end; run += 4) {
    const first = view.getUint16(run, true);
    const more = view.getUint16(run + 2, true);
    if (first < next || first + more >= rowsOfContainer) throw new RangeError("it has a run outside of its container");
    next = first + more + 1;
    count += more + 1;
  }
  const mark: Container["mark"] = (mask, from) => {
    for (let run = at + 2; run < end; run += 4) {
      const first = start + view.getUint16(run, true) - from;
      const last = first + view.getUint16(run + 2, true);
      mask.fill(1, Math.max(first, 0), Math.max(last + 1, 0));
    }
  };
  return [{ start, count, mark }, end];
}

function maskOf(containers: readonly Container[], firstRow: number, rowCount: number): Uint8Array | undefined {
  let mask: Uint8Array | undefined;
  for (let index = firstReaching(containers, firstRow); index < containers.length; index++) {
    const container = containers[index] as Container;
    if (container.start >= firstRow + rowCount) break;
    mask ??= new Uint8Array(rowCount);
    container.mark(mask, firstRow);
  }
  return mask?.includes(1) === true ? mask : undefined;
}

/** The first container that ends after a row. */
function firstReaching(containers: readonly Container[], row: number): number {
  let low = 0;
  let high = containers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (startOf(containers, middle) + rowsOfContainer > row) high = middle;
    else low = middle + 1;
  }
  return low;
}

function startOf(containers: readonly Container[], index: number): number {
  return containers[index]?.start ?? 0;
}

/** Rows outside of the mask are left out. */
function set(mask: Uint8Array, index: number): void {
  if (index >= 0 && index < mask.length) mask[index] = 1;
}
