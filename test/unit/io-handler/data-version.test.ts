import { describe, expect, it } from "vitest";
import { ContentDigest, digestOf } from "../../../src/io-handler/data-version.ts";

const mebibyte = 1024 * 1024;
const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

describe("digestOf", () => {
  it("is the SHA-256 of the bytes up to 1 MiB", async () => {
    expect(await digestOf(new TextEncoder().encode("abc"))).toBe("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(await digestOf(new Uint8Array(mebibyte))).toBe(`sha256:${hex(await sha256(new Uint8Array(mebibyte)))}`);
  });

  it.each([mebibyte + 1, 2 * mebibyte, 2 * mebibyte + 17])("is the SHA-256 of the chunks' SHA-256 for %d bytes", async (length) => {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 31) % 251);
    const digests: number[] = [];
    for (let start = 0; start < length; start += mebibyte) digests.push(...(await sha256(bytes.subarray(start, start + mebibyte))));
    expect(await digestOf(bytes)).toBe(`sha256t:${hex(await sha256(new Uint8Array(digests)))}`);
  });
});

describe("ContentDigest", () => {
  it.each([0, 1, mebibyte - 1, mebibyte, mebibyte + 1, 3 * mebibyte, 3 * mebibyte + 5])(
    "returns the same version for %d bytes in chunks of any size",
    async (length) => {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 17) % 253);
      const expected = await digestOf(bytes);
      for (const step of [length || 1, 65_536, 700_001]) {
        const digest = new ContentDigest();
        for (let start = 0; start < length; start += step) await digest.add(bytes.subarray(start, start + step));
        expect(digest.size).toBe(length);
        expect(await digest.version()).toBe(expected);
      }
    },
  );
});
