import * as zlib from "node:zlib";
import { crc32 as portableCrc32 } from "../../encoding/crc32.ts";

/** The CRC-32 of bytes. Pass the result for the earlier bytes to continue. Node before 20.15 has none of its own. */
export const crc32: (bytes: Uint8Array, earlier?: number) => number = zlib.crc32 ?? portableCrc32;
