/** What objects carry in headers comes back as it was. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeKey } from "../../../../src/encoding/percent.ts";
import { attributeHeaders, attributesOf, countEntries, countIn, noncesHeader } from "../../../../src/object-store/client/attributes.ts";
import {
  begun,
  freshNonce,
  type History,
  readHistory,
  replacing,
  writeHistory,
} from "../../../../src/object-store/conditional-write/lineage.ts";
import { md5 } from "../../../../src/object-store/s3/md5.ts";

const headers = { prefix: "x-amz-meta-", names: /^[a-z0-9]+(?:-[a-z0-9]+)*$/, defaultContentType: "binary/octet-stream" };
const call = { store: "S", verb: "read", key: "k", signal: undefined } as const;
const text = fc.string({ unit: "binary" });
const plain = fc.stringMatching(/^[a-z0-9-]{1,8}$/);

/** As a server gives headers back: names in lower case, values without space at their ends. */
function sent(given: Record<string, string>): Headers {
  for (const [name, value] of Object.entries(given)) {
    expect(name).toBe(name.toLowerCase());
    expect(value).toMatch(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/);
  }
  return new Headers({ "content-type": headers.defaultContentType, ...given });
}

describe("Attributes", () => {
  it("come back from headers exactly", () => {
    const entries = fc.dictionary(
      fc.oneof(plain, text, fc.constantFrom("__proto__", "constructor", "edgewaternonces", "A")),
      fc.oneof(plain, text),
    );
    const types = fc.option(fc.oneof(fc.constantFrom("text/plain; charset=utf-8", "binary/octet-stream", "", " a"), text), {
      nil: undefined,
    });
    fc.assert(
      fc.property(entries, types, (metadata, contentType) => {
        const answer = sent(attributeHeaders({ metadata, contentType }, headers));
        const back = attributesOf(answer, headers, call);
        expect(back.contentType).toBe(contentType);
        expect(Object.entries(back.metadata ?? {}).sort()).toEqual(Object.entries(metadata).sort());
        expect(countEntries(answer, headers)).toBe(countIn(answer.get(noncesHeader(headers))));
      }),
      { numRuns: 500 },
    );
  });

  it("stay readable for other programs where headers can carry them", () => {
    expect(attributeHeaders({ contentType: "text/csv", metadata: { run: "1", source: "a b" } }, headers)).toEqual({
      "content-type": "text/csv",
      "x-amz-meta-run": "1",
      "x-amz-meta-source": "a b",
      "x-amz-meta-edgewaternonces": "..2,*",
    });
  });

  it("are refused when they were damaged", () => {
    const damaged = new Headers({ "x-amz-meta-edgewatermetadata": "{" });
    expect(() => attributesOf(damaged, headers, call)).toThrow(expect.objectContaining({ code: "Integrity" }));
  });
});

describe("A history", () => {
  const etag = fc.oneof(fc.stringMatching(/^"[0-9a-f]{32}(-\d)?"$/), fc.string(), fc.constantFrom("1700000000000000", 'W/"a,b=c"'));

  it("comes back from a header, knows twelve predecessors, and says when there were more", () => {
    fc.assert(
      fc.property(fc.array(etag, { maxLength: 20 }), text, fc.boolean(), (etags, key, isWhole) => {
        const first = begun(freshNonce(), isWhole);
        const nonces = [first.nonce];
        const last = etags.reduce<History>((history, each) => {
          nonces.push(freshNonce());
          return replacing(nonces.at(-1) ?? "", each, history);
        }, first);
        const value = writeHistory(key, last, 3);
        expect(value).toMatch(/^[\x21-\x7e]+$/);
        const back = readHistory(key, value);
        expect(back).toEqual(last);
        expect(back?.isWhole).toBe(isWhole && etags.length <= 12);
        expect(back?.before.map(({ nonce }) => nonce)).toEqual(nonces.slice(0, -1).reverse().slice(0, 12));
        expect(back?.before.map((each) => each.etag)).toEqual([...etags].reverse().slice(0, 12));
        expect(countIn(value)).toBe(3);
      }),
    );
  });

  it("does not speak for a copy under another key, nor is there one without a nonce", () => {
    const value = writeHistory("a", begun(freshNonce(), true));
    for (const [key, other] of [
      ["b", value],
      ["a", null],
      ["a", ""],
      ["a", "..2,*"],
      ["a", "nonsense"],
    ] as const) {
      expect(readHistory(key, other)).toBeUndefined();
    }
  });

  it("is small: the longest leaves more than half of what S3 keeps", () => {
    const longest = Array.from({ length: 20 }).reduce<History>(
      (history) => replacing(freshNonce(), `"${"f".repeat(32)}"`, history),
      begun(freshNonce(), true),
    );
    expect(writeHistory("k", longest).length).toBeLessThan(800);
  });
});

describe("MD5", () => {
  it("is that of everyone", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(md5(bytes)).toBe(createHash("md5").update(bytes).digest("base64"));
      }),
    );
    const long = new Uint8Array(100_000).fill(7);
    expect(md5(long)).toBe(createHash("md5").update(long).digest("base64"));
  });
});

describe("The path of a key", () => {
  it("has no character that a URL or a signature would take for another", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (key) => {
        const path = encodeKey(key);
        expect(path).toMatch(/^(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})*$/);
        expect(decodeURIComponent(path)).toBe(key);
      }),
    );
  });
});
