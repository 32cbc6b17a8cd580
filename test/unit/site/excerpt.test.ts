import { expect, it } from "vitest";
import { excerptOf } from "../../../site/client/excerpt.ts";

const shown = (text: string, ...terms: string[]): string =>
  excerptOf(text, terms)
    .map(({ isMatch, text }) => (isMatch ? `[${text}]` : text))
    .join("");

it("marks every term, whatever its case", () => {
  expect(shown("Certify a store: certify it", "certify")).toBe("[Certify] a store: [certify] it");
});

it("starts and ends at words around the first term", () => {
  const text = `${"word ".repeat(40)}needle ${"word ".repeat(60)}end`;
  expect(shown(text, "needle")).toMatch(/^… (word ){9,11}\[needle\]( word)+ …$/);
});

it("cuts a text without words, and takes characters of patterns as they are", () => {
  expect(shown("a".repeat(500), "b")).toBe(`${"a".repeat(160)} …`);
  expect(shown("costs $1 or (more)", "$1", "(more)")).toBe("costs [$1] or [(more)]");
});
