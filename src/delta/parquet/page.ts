import { type Cursor, decodeRuns } from "./bits.ts";
import type { Decompress } from "./codecs.ts";
import { Damage, Unsupported } from "./failure.ts";
import type { SchemaNode } from "./schema-tree.ts";
import { ThriftReader, type ThriftStruct } from "./thrift.ts";

/** The header of a page, and its bytes as they are stored. */
export interface Page {
  readonly kind: "data" | "dictionary" | "data v2" | "other";
  /** Values with nulls and empty lists. */
  readonly count: number;
  readonly encoding: number;
  /** The size in bytes once it is decompressed, levels included. */
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly header: ThriftStruct;
}

/** A data page whose levels are decoded. */
export interface Decoded {
  readonly count: number;
  readonly encoding: number;
  /** Undefined when every value is there. */
  readonly definitions: Uint8Array | undefined;
  /** Undefined for a column that is in no list or map. */
  readonly repetitions: Uint8Array | undefined;
  /** The number of values that are there, which `bytes` encode. */
  readonly present: number;
  readonly bytes: Uint8Array;
}

const kinds = ["data", "other", "dictionary", "data v2"] as const;

/** Reads the header of the page at the position, and moves to the next page. */
export function nextPage(cursor: Cursor): Page {
  const reader = new ThriftReader(cursor.bytes, cursor.position);
  const header = reader.struct();
  const size = header[2] as number;
  const stored = header[3] as number;
  const end = reader.position + stored;
  if (!(size >= 0 && stored >= 0 && end <= cursor.bytes.length)) throw new Damage(`a page of ${stored} bytes lies outside its column`);
  const kind = kinds[header[1] as number] ?? "other";
  const details = (header[kind === "dictionary" ? 7 : kind === "data v2" ? 8 : 5] ?? []) as ThriftStruct;
  const encoding = details[kind === "data v2" ? 4 : 2] as number;
  const count = kind === "other" ? 0 : (details[1] as number);
  if (!(count >= 0)) throw new Damage(`a page has ${count} values`);
  const bytes = cursor.bytes.subarray(reader.position, end);
  cursor.position = end;
  return { kind, count, encoding, size, bytes, header: details };
}

/** Decompresses a data page and decodes its levels. */
export async function decodeLevels(page: Page, node: SchemaNode, decompress: Decompress): Promise<Decoded> {
  const { count, encoding } = page;
  const levels = page.kind === "data v2" ? await levelsV2(page, node, decompress) : await levelsV1(page, node, decompress);
  const { repetitions, bytes } = levels;
  let { definitions } = levels;
  let present = count;
  if (definitions !== undefined) {
    const most = node.definitionLevel;
    present = 0;
    for (let index = 0; index < count; index++) {
      const level = definitions[index] as number;
      if (level === most) present++;
      else if (level > most) throw new Damage(`a page has a definition level of ${level}, above ${most}`);
    }
    if (present === count && repetitions === undefined) definitions = undefined;
  }
  return { count, encoding, definitions, repetitions, present, bytes };
}

type Levels = Pick<Decoded, "definitions" | "repetitions" | "bytes">;

async function levelsV1(page: Page, node: SchemaNode, decompress: Decompress): Promise<Levels> {
  const bytes = await decompress(page.bytes, page.size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor: Cursor = { bytes, position: 0 };
  const decode = (most: number, encoding: unknown): Uint8Array | undefined => {
    if (most === 0) return undefined;
    if (encoding !== undefined && encoding !== 3) throw new Unsupported(`its levels have the encoding ${encoding}`);
    const end = cursor.position + 4 + view.getUint32(cursor.position, true);
    if (end > bytes.length) throw new Damage("a page ends within its levels");
    cursor.position += 4;
    return runs(cursor, end, most, page.count);
  };
  const repetitions = decode(node.repetitionLevel, page.header[4]);
  const definitions = decode(node.definitionLevel, page.header[3]);
  return { definitions, repetitions, bytes: bytes.subarray(cursor.position) };
}

async function levelsV2(page: Page, node: SchemaNode, decompress: Decompress): Promise<Levels> {
  const definitionBytes = Number(page.header[5] ?? 0);
  const repetitionBytes = Number(page.header[6] ?? 0);
  const levelBytes = definitionBytes + repetitionBytes;
  if (!(definitionBytes >= 0 && repetitionBytes >= 0 && levelBytes <= page.bytes.length && levelBytes <= page.size)) {
    throw new Damage("a page ends within its levels");
  }
  const cursor: Cursor = { bytes: page.bytes, position: 0 };
  const repetitions = node.repetitionLevel === 0 ? undefined : runs(cursor, repetitionBytes, node.repetitionLevel, page.count);
  cursor.position = repetitionBytes;
  const definitions = node.definitionLevel === 0 ? undefined : runs(cursor, levelBytes, node.definitionLevel, page.count);
  const values = page.bytes.subarray(levelBytes);
  // Writers may leave a page without values empty instead of compressing nothing.
  const isCompressed = page.header[7] !== false && page.size > levelBytes;
  return { definitions, repetitions, bytes: isCompressed ? await decompress(values, page.size - levelBytes) : values };
}

function runs(cursor: Cursor, end: number, most: number, count: number): Uint8Array {
  const levels = new Uint8Array(count);
  decodeRuns(cursor, end, 32 - Math.clz32(most), levels);
  cursor.position = end;
  return levels;
}
