import { describe, expect, it } from "vitest";
import { readDeletionVector } from "../../../../src/delta/deletion-vector/read.ts";
import { decodeZ85 } from "../../../../src/delta/deletion-vector/z85.ts";
import type { DeletionVector } from "../../../../src/delta/log/actions.ts";
import { crc32 } from "../../../../src/encoding/crc32.ts";
import { MemoryStore } from "../../../../src/object-store/memory/store.ts";

/** Rows of an example of the protocol; its text is in a format that came before the one that it describes. */
const inline: DeletionVector = {
  storageType: "i",
  pathOrInlineDv: "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L",
  sizeInBytes: 44,
  cardinality: 6,
};
const inFile: DeletionVector = { storageType: "u", pathOrInlineDv: "ab^-aqEH.-t@S}K{vb[*k^", offset: 4, sizeInBytes: 44, cardinality: 6 };
const name = "deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin";
const data = decodeZ85(inline.pathOrInlineDv) as Uint8Array<ArrayBuffer>;
const deleted = [3, 4, 7, 11, 18, 29];

/** A file with the vector at an offset. */
function fileOf(offset: number, changes: { readonly size?: number; readonly checksum?: number } = {}): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(offset + data.length + 8);
  const view = new DataView(file.buffer);
  file[0] = 1;
  view.setUint32(offset, changes.size ?? data.length);
  file.set(data, offset + 4);
  view.setUint32(offset + 4 + data.length, changes.checksum ?? crc32(data));
  return file;
}

describe("a deletion vector", () => {
  it("is read from the log", async () => {
    const rows = await readDeletionVector({ store: new MemoryStore(), root: "" }, inline);
    const mask = Array.from({ length: 100 }, (_, row) => (deleted.includes(row) ? 1 : 0));
    expect(Array.from(rows.mask(0, 100) ?? [])).toEqual(mask);
    expect(Array.from(rows.mask(5, 10) ?? [])).toEqual(mask.slice(5, 15));
    expect(rows.mask(30, 1000)).toBeUndefined();
  });

  it("is read from a file below the table, with and without a prefix, and from an absolute path", async () => {
    const store = new MemoryStore();
    const table = { store, root: "t", url: "s3://bucket/t" };
    await store.put(`t/ab/${name}`, fileOf(4));
    await store.put(`t/${name}`, fileOf(1));
    const absolute: DeletionVector = { ...inFile, storageType: "p", pathOrInlineDv: `s3://bucket/t/ab/${name}` };
    for (const vector of [inFile, { ...inFile, pathOrInlineDv: inFile.pathOrInlineDv.slice(2), offset: 1 }, absolute]) {
      const rows = await readDeletionVector(table, vector);
      expect(Array.from(rows.mask(0, 30) ?? []).flatMap((bit, row) => (bit === 1 ? [row] : []))).toEqual(deleted);
    }
  });

  it("that is missing is named", async () => {
    const read = readDeletionVector({ store: new MemoryStore(), root: "t" }, inFile);
    await expect(read).rejects.toMatchObject({ code: "NotFound", key: `t/ab/${name}` });
  });

  it.each<[string, DeletionVector, Uint8Array<ArrayBuffer>]>([
    ["its checksum is wrong", inFile, fileOf(4, { checksum: 1 })],
    ["another size in the file", inFile, fileOf(4, { size: 40 })],
    ["a file that ends too early", inFile, fileOf(4).slice(0, 30)],
    ["an offset beyond the file", { ...inFile, offset: 4000 }, fileOf(4)],
    ["another number of rows", { ...inFile, cardinality: 7 }, fileOf(4)],
    ["another size in the log", { ...inline, sizeInBytes: 30 }, fileOf(4)],
    ["a text that is no Z85", { ...inline, pathOrInlineDv: "wi5b~" }, fileOf(4)],
    ["another format", { ...inline, pathOrInlineDv: `00000${inline.pathOrInlineDv.slice(5)}` }, fileOf(4)],
    ["a name that is no UUID", { ...inFile, pathOrInlineDv: "short" }, fileOf(4)],
  ])("that is damaged is refused: %s", async (_, vector, bytes) => {
    const store = new MemoryStore();
    await store.put(`t/ab/${name}`, bytes);
    await expect(readDeletionVector({ store, root: "t" }, vector)).rejects.toMatchObject({ code: "Integrity" });
  });
});
