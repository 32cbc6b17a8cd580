import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64, toBase64 } from "../../../src/encoding/base64.ts";
import { shortHash } from "../../../src/encoding/hash.ts";
import { toHex } from "../../../src/encoding/hex.ts";
import { compareUtf8, isWellFormed } from "../../../src/encoding/utf8.ts";

describe("compareUtf8", () => {
  it("sorts by code point", () => {
    expect(["\u{1f600}", "\uffff", "b", "a", ""].sort(compareUtf8)).toEqual(["", "a", "b", "\uffff", "\u{1f600}"]);
  });

  it("agrees with the order of the UTF-8 bytes", () => {
    const text = fc.string({ unit: "binary" });
    const encode = (value: string): Buffer => Buffer.from(value, "utf8");
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(Math.sign(compareUtf8(left, right))).toBe(Buffer.compare(encode(left), encode(right)));
      }),
    );
    // Lone surrogates, which are encoded as U+FFFD, beside whole characters.
    const units = fc.string({ unit: fc.constantFrom("a", "\ud800", "\udbff", "\udc00", "\udfff", "\ud7ff", "\ue000", "\ufffd", "\uffff") });
    fc.assert(
      fc.property(units, units, (left, right) => {
        expect(Math.sign(compareUtf8(left, right))).toBe(Buffer.compare(encode(left), encode(right)));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("isWellFormed", () => {
  it.each([
    ["", true],
    ["a\u{1f600}", true],
    ["a\ud83d", false],
    ["\ude00\ud83d", false],
  ])("checks %j for lone surrogates", (text, expected) => expect(isWellFormed(text)).toBe(expected));
});

describe("toHex", () => {
  it("writes two lower-case digits per byte", () => expect(toHex(Uint8Array.of(0, 10, 255))).toBe("000aff"));
});

describe("base64", () => {
  it("round-trips bytes of any length", () => {
    for (const length of [0, 1, 2, 3, 8191, 8192, 20_000]) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 256);
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
    }
  });

  it("refuses text that is not base64", () => expect(() => fromBase64("a?")).toThrow());
});

describe("shortHash", () => {
  // The hash is part of stored names and metadata: it must not change.
  it.each([
    ["", (0x811c9dc5).toString(36)],
    ["a", (0xe40c292c).toString(36)],
    ["foobar", (0xbf9cf968).toString(36)],
  ])("is the 32-bit FNV-1a hash of %j in base 36", (text, expected) => expect(shortHash(text)).toBe(expected));
});
