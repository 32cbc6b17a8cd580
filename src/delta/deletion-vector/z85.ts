/** The digits of Z85, which JSON and URLs need not escape. */
const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/**
 * Decodes Z85: five characters for four bytes. Returns undefined for other text.
 *
 * @see https://rfc.zeromq.org/spec/32/
 */
export function decodeZ85(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 5 !== 0) return undefined;
  const bytes = new Uint8Array((text.length / 5) * 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 5) {
    let word = 0;
    for (let index = at; index < at + 5; index++) {
      const value = digits.indexOf(text.charAt(index));
      if (value < 0) return undefined;
      word = word * 85 + value;
    }
    if (word > 0xffffffff) return undefined;
    view.setUint32((at / 5) * 4, word);
  }
  return bytes;
}
