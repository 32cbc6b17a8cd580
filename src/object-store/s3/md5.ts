import { toBase64 } from "../../encoding/base64.ts";

/** MD5 (RFC 1321) in base64, as the header Content-MD5 wants it: WebCrypto has none, and S3 takes no batch of deletes without. */
export function md5(message: Uint8Array): string {
  const length = message.byteLength;
  const padded = new Uint8Array(((length + 72) >> 6) << 6);
  padded.set(message);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.byteLength - 8, length << 3, true);
  view.setUint32(padded.byteLength - 4, length / 2 ** 29, true);
  let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476] as [number, number, number, number];
  for (let block = 0; block < padded.byteLength; block += 64) {
    let [a, b, c, d] = state;
    for (let step = 0; step < 64; step++) {
      const round = step >> 4;
      const [mixed, word] = mix(round, step, b, c, d);
      const sum = (a + mixed + (constants[step] ?? 0) + view.getUint32(block + (word & 15) * 4, true)) | 0;
      const shift = shifts[round * 4 + (step & 3)] ?? 0;
      [a, b, c, d] = [d, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0, b, c];
    }
    state = [state[0] + a, state[1] + b, state[2] + c, state[3] + d].map((word) => word | 0) as typeof state;
  }
  for (const [index, word] of state.entries()) view.setInt32(index * 4, word, true);
  return toBase64(padded.subarray(0, 16));
}

const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const constants = Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32));

/** What a step mixes into the state, and the word of the block that it takes. */
function mix(round: number, step: number, b: number, c: number, d: number): [number, number] {
  if (round === 0) return [(b & c) | (~b & d), step];
  if (round === 1) return [(d & b) | (~d & c), 5 * step + 1];
  if (round === 2) return [b ^ c ^ d, 3 * step + 5];
  return [c ^ (b | ~d), 7 * step];
}
