/** Metadata and lineages come back from headers unchanged. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeKey } from "../../../../src/encoding/percent.ts";
import {
  attributeHeaders,
  attributesOf,
  countMetadataHeaders,
  lineageHeader,
  metadataCountIn,
} from "../../../../src/object-store/client/attributes.ts";
import {
  extendLineage,
  formatLineage,
  type Lineage,
  newLineage,
  newWriteToken,
  parseLineage,
} from "../../../../src/object-store/conditional-write/lineage.ts";

const headers = { prefix: "x-amz-meta-", names: /^[a-z0-9]+(?:-[a-z0-9]+)*$/, defaultContentType: "binary/octet-stream" };
const call = { store: "S", verb: "read", key: "k", signal: undefined } as const;
const text = fc.string({ unit: "binary" });
const plain = fc.stringMatching(/^[a-z0-9-]{1,8}$/);

/** The headers as a server returns them: names in lower case, values without spaces at their ends. */
function returned(given: Record<string, string>): Headers {
  for (const [name, value] of Object.entries(given)) {
    expect(name).toBe(name.toLowerCase());
    expect(value).toMatch(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/);
  }
  return new Headers({ "content-type": headers.defaultContentType, ...given });
}

describe("attributes in headers", () => {
  it("come back unchanged", () => {
    const entries = fc.dictionary(
      fc.oneof(plain, text, fc.constantFrom("__proto__", "constructor", "edgewaternonces", "A")),
      fc.oneof(plain, text),
    );
    const types = fc.option(fc.oneof(fc.constantFrom("text/plain; charset=utf-8", "binary/octet-stream", "", " a"), text), {
      nil: undefined,
    });
    fc.assert(
      fc.property(entries, types, (metadata, contentType) => {
        const answer = returned(attributeHeaders({ metadata, contentType }, headers));
        const back = attributesOf(answer, headers, call);
        expect(back.contentType).toBe(contentType);
        expect(Object.entries(back.metadata ?? {}).sort()).toEqual(Object.entries(metadata).sort());
        expect(countMetadataHeaders(answer, headers)).toBe(metadataCountIn(answer.get(lineageHeader(headers))));
      }),
      { numRuns: 500 },
    );
  });

  it("are plain headers where possible, so that other programs can read them", () => {
    expect(attributeHeaders({ contentType: "text/csv", metadata: { run: "1", source: "a b" } }, headers)).toEqual({
      "content-type": "text/csv",
      "x-amz-meta-run": "1",
      "x-amz-meta-source": "a b",
      "x-amz-meta-edgewaternonces": "..2,*",
    });
  });

  it("are refused when the packed entry is damaged", () => {
    const damaged = new Headers({ "x-amz-meta-edgewatermetadata": "{" });
    expect(() => attributesOf(damaged, headers, call)).toThrow(expect.objectContaining({ code: "Integrity" }));
  });
});

describe("a lineage in a header", () => {
  const etag = fc.oneof(fc.stringMatching(/^"[0-9a-f]{32}(-\d)?"$/), fc.string(), fc.constantFrom("1700000000000000", 'W/"a,b=c"'));

  it("comes back unchanged, keeps twelve ancestors, and shows whether there were more", () => {
    fc.assert(
      fc.property(fc.array(etag, { maxLength: 20 }), text, fc.boolean(), (etags, key, isComplete) => {
        const first = newLineage(newWriteToken(), isComplete);
        const tokens = [first.token];
        const last = etags.reduce<Lineage>((lineage, each) => {
          tokens.push(newWriteToken());
          return extendLineage(tokens.at(-1) ?? "", each, lineage);
        }, first);
        const value = formatLineage(key, last, 3);
        expect(value).toMatch(/^[\x21-\x7e]+$/);
        const back = parseLineage(key, value);
        expect(back).toEqual(last);
        expect(back?.isComplete).toBe(isComplete && etags.length <= 12);
        expect(back?.ancestors.map(({ token }) => token)).toEqual(tokens.slice(0, -1).reverse().slice(0, 12));
        expect(back?.ancestors.map((each) => each.etag)).toEqual([...etags].reverse().slice(0, 12));
        expect(metadataCountIn(value)).toBe(3);
      }),
    );
  });

  it("does not count for a copy under another key, nor without a write token", () => {
    const value = formatLineage("a", newLineage(newWriteToken(), true));
    for (const [key, other] of [
      ["b", value],
      ["a", null],
      ["a", ""],
      ["a", "..2,*"],
      ["a", "nonsense"],
    ] as const) {
      expect(parseLineage(key, other)).toBeUndefined();
    }
  });

  it("takes less than half of S3's 2 kB of metadata, even at its longest", () => {
    const longest = Array.from({ length: 20 }).reduce<Lineage>(
      (lineage) => extendLineage(newWriteToken(), `"${"f".repeat(32)}"`, lineage),
      newLineage(newWriteToken(), true),
    );
    expect(formatLineage("k", longest).length).toBeLessThan(800);
  });

  it("has the stored format", () => {
    const lineage = extendLineage("new", '"etag-2"', extendLineage("old", 'W/"1"', newLineage("first", true)));
    expect(formatLineage("k", lineage, 2)).toBe("1u1sj56.new.2,old=etag-2,first=~W%2F%221%22");
    expect(formatLineage("k", newLineage("t", false))).toMatch(/\.t\.0,\*$/);
  });
});

describe("the path of a key", () => {
  it("has no character that a URL or a signature would misread", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (key) => {
        const path = encodeKey(key);
        expect(path).toMatch(/^(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/);
        expect(decodeURIComponent(path)).toBe(key);
      }),
    );
  });
});
