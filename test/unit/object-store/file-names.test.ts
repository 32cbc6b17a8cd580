import { array, assert, constantFrom, oneof, property, string, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { fromFileNames, toFileNames } from "../../../src/object-store/local/file-names.ts";

const awkward = constantFrom(
  "A",
  "a",
  "İ",
  "ß",
  "ſ",
  "é",
  "e\u0301",
  "con",
  "NUL",
  "nul.txt",
  ".",
  " ",
  "~",
  "!",
  "%",
  ":",
  "\u200d",
  "x".repeat(250),
  "日",
);
const segment = oneof(
  string({ unit: "grapheme", maxLength: 300 }),
  array(awkward, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
).filter((text) => text !== "" && text !== "." && text !== ".." && !/[/\p{Cc}\p{Surrogate}]/u.test(text));
const folded = (names: readonly string[]): string => names.join("/").normalize("NFD").toLowerCase().toUpperCase().normalize("NFD");

describe("file names of segments", () => {
  it.each(["quakes.superjson", "v1", "data_2.tar.gz", "a=b&c", "100%", ".hidden"])("keep %s as it is", (name) => {
    expect(toFileNames(name)).toEqual([name]);
  });

  it.each([
    ["README.md", "!r!e!a!d!m!e.md"],
    ["a:b", "a~3ab"],
    ["日本", "~e6~97~a5~e6~9c~ac"],
    ["nul.txt", "~6eul.txt"],
    ["con", "~63on"],
    ["end.", "end~2e"],
    ["end ", "end~20"],
    ["a~b!", "a~7eb~21"],
  ])("escape %s as %s", (name, file) => {
    expect(toFileNames(name)).toEqual([file]);
    expect(fromFileNames([file])).toBe(name);
  });

  it("are valid on every file system and can be decoded", () => {
    assert(
      property(segment, (text) => {
        const names = toFileNames(text);
        expect(fromFileNames(names)).toBe(text);
        for (const name of names) {
          expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255);
          expect(name).not.toMatch(/[<>:"\\|?*A-Z]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d) *(\.|$)/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("stay different on a file system that ignores case and normalizes accents", () => {
    assert(
      property(tuple(segment, segment), ([one, other]) => {
        const variants = [one, other, one.toLowerCase(), one.toUpperCase(), one.normalize("NFC"), one.normalize("NFD")];
        const different = [...new Set(variants)];
        expect(new Set(different.map((text) => folded(toFileNames(text)))).size).toBe(different.length);
      }),
      { numRuns: 2000 },
    );
  });

  it("do not decode to a key if the store cannot have written the file", () => {
    for (const name of ["README.md", "backup~", "a:b", "~41", "~zz", "con", "!A"]) expect(fromFileNames([name])).toBeUndefined();
  });
});
