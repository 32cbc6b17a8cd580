import { crc32 } from "../../encoding/crc32.ts";
import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import type { DeletionVector } from "../log/actions.ts";
import { keyOfPath } from "../log/paths.ts";
import type { TableLocation } from "../store.ts";
import { type RowSet, readRowSet } from "./roaring.ts";
import { decodeZ85 } from "./z85.ts";

/** The characters of a UUID in Z85, which end the name of a file. */
const uuidLength = 20;

/** The size before a vector in a file, and the checksum after it, in bytes. */
const frame = 4;

/**
 * Reads which rows of a data file are deleted. Its checksum, size and count are verified.
 *
 * @throws `NotFound` that names a file that is missing; `Integrity` for a damaged vector
 */
export async function readDeletionVector(table: TableLocation, vector: DeletionVector, signal?: AbortSignal): Promise<RowSet> {
  const where = vector.storageType === "i" ? "the log" : keyOfVector(table, vector);
  try {
    const bytes = vector.storageType === "i" ? inline(vector) : await fromFile(table, where, vector, signal);
    if (bytes.byteLength !== vector.sizeInBytes)
      throw new RangeError(`it has ${bytes.byteLength} bytes; the log says ${vector.sizeInBytes}`);
    const rows = readRowSet(bytes);
    if (rows.count !== vector.cardinality) throw new RangeError(`it deletes ${rows.count} rows; the log says ${vector.cardinality}`);
    return rows;
  } catch (error) {
    if (isEdgewaterError(error) && error.code !== "InvalidRange") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `Cannot read a deletion vector in ${JSON.stringify(where)} in ${table.store.name}: ${reason}; restore the file`;
    throw new EdgewaterError("Integrity", message, { store: table.store.name, key: where, cause: error });
  }
}

/** The key of the file that holds a vector. */
function keyOfVector(table: TableLocation, { storageType, pathOrInlineDv }: DeletionVector): string {
  if (storageType === "p") return keyOfPath(table, pathOrInlineDv);
  const prefix = pathOrInlineDv.slice(0, -uuidLength);
  const uuid = decodeZ85(pathOrInlineDv.slice(-uuidLength));
  if (uuid === undefined || uuid.length !== 16) {
    const message = `Cannot read a deletion vector in ${table.store.name}: the log names it by ${JSON.stringify(pathOrInlineDv)}, which is no UUID`;
    throw new EdgewaterError("Integrity", `${message}; restore the log`, { store: table.store.name });
  }
  const hex = Array.from(uuid, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const text = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return [table.root, prefix, `deletion_vector_${text}.bin`].filter((part) => part !== "").join("/");
}

function inline({ pathOrInlineDv, sizeInBytes }: DeletionVector): Uint8Array {
  const bytes = decodeZ85(pathOrInlineDv);
  if (bytes === undefined) throw new RangeError("the text in the log is no Z85");
  // The text has a multiple of four bytes; the last ones may be padding.
  return bytes.byteLength - sizeInBytes < 4 ? bytes.subarray(0, sizeInBytes) : bytes;
}

async function fromFile(
  { store }: TableLocation,
  key: string,
  vector: DeletionVector,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const start = vector.offset ?? 0;
  const end = start + vector.sizeInBytes + 2 * frame;
  const bytes = await (await store.get(key, { range: { start, end }, signal })).bytes();
  if (bytes.byteLength !== end - start) throw new RangeError("the file ends within the vector");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(0);
  if (size !== vector.sizeInBytes) throw new RangeError(`the file says that it has ${size} bytes; the log says ${vector.sizeInBytes}`);
  const data = bytes.subarray(frame, frame + size);
  if (crc32(data) !== view.getUint32(frame + size)) throw new RangeError("its checksum is wrong");
  return data;
}
