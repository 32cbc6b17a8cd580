let table: Uint32Array | undefined;

/**
 * The CRC-32 of bytes (that of zip and PNG).
 *
 * @param earlier the result for the bytes before these
 */
export function crc32(bytes: Uint8Array, earlier = 0): number {
  table ??= Uint32Array.from({ length: 256 }, (_, index) => {
    let entry = index;
    for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >>> 1) ^ 0xedb88320 : entry >>> 1;
    return entry;
  });
  let crc = ~earlier;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0);
  return ~crc >>> 0;
}

/** The CRC-32 as eight hexadecimal digits, of which the first may be zero. */
export function crcText(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
