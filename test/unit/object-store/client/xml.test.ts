/** XML documents are parsed whole or not at all, in linear time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { childrenOf, firstText, parseXml, textAt, type XmlElement } from "../../../../src/object-store/client/answer/xml.ts";

describe("a document", () => {
  it("is read with its elements, text, references and sections", () => {
    const document = parseXml(`\ufeff<?xml version="1.0"?>\n<!-- by hand -->
      <List xmlns="urn:x"><Entry kind='a'><Key> a &amp;&#98;&#x63; </Key><Empty/></Entry><Entry><Key><![CDATA[<d>]]></Key></Entry></List>\n`);
    expect(document?.name).toBe("List");
    const entries = childrenOf(document, "Entry");
    expect(entries.map((entry) => textAt(entry, "Key"))).toEqual([" a &bc ", "<d>"]);
    expect(entries[0]?.attributes).toBe(" kind='a'");
    expect(textAt(document, "Entry", "Empty")).toBe("");
    expect(textAt(document, "Entry", "Other")).toBeUndefined();
  });

  it.each([
    ["nothing", ""],
    ["text", "busy"],
    ["one that is cut off", "<a><b></b>"],
    ["a tag that is cut off", "<a></a"],
    ["one with an end tag of another element", "<a><b></a></b>"],
    ["one with an end tag alone", "</a>"],
    ["two documents", "<a></a><b></b>"],
    ["one with text behind it", "<a></a>b"],
    ["one with a document type", "<!DOCTYPE html><html></html>"],
    ["a comment that does not end", "<a></a><!-- "],
    ["a section outside the root", "<![CDATA[x]]>"],
    ["a character beyond Unicode", "<a>&#x110000;</a>"],
    ["a character with too many digits", `<a>&#${"9".repeat(400)};</a>`],
    ["an element without a name", "<a>< ></a>"],
    ["deeper nesting than any service has", `${"<a>".repeat(20)}${"</a>".repeat(20)}`],
  ])("is not %s", (_, text) => {
    expect(parseXml(text)).toBeUndefined();
  });

  it("comes back as it was written, and no beginning of it is a document", () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9.-]{0,5}$/);
    const text = fc.string({ unit: "binary" }).filter((each) => !each.includes("\r"));
    const leaf = fc.record({ name, text });
    const referenced = (value: string): string => value.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
    fc.assert(
      fc.property(name, fc.array(leaf, { maxLength: 5 }), fc.nat(), (root, leaves, cut) => {
        const written = `<${root}>${leaves.map((each) => `<${each.name}>${referenced(each.text)}</${each.name}>`).join("")}</${root}>`;
        const document = parseXml(written) as XmlElement;
        expect(document.children.map((child) => ({ name: child.name, text: child.text }))).toEqual(leaves);
        expect(parseXml(written.slice(0, cut % written.length))).toBeUndefined();
      }),
    );
  });
});

describe("hostile documents of a megabyte", () => {
  const size = 1_000_000;
  const repeated = (text: string): string => text.repeat(Math.ceil(size / text.length));
  const hostile = [
    "<Code>",
    "<Code ",
    "<",
    "<a",
    "<a>",
    "</a>",
    "&",
    "&#x",
    "&#1;",
    "<!--",
    "<![CDATA[",
    "<?",
    "<a/>",
    "<a b='",
    "]]>",
    ">",
  ].map(repeated);

  // Quadratic work would take longer than the time limit of a test.
  it.each(hostile.map((text) => [text.slice(0, 9), text] as const))("of %j are read to their end", (_, text) => {
    for (const document of [text, `<R>${text}`, `<R>${text}</R>`]) {
      parseXml(document);
      firstText(document, "Code");
    }
  });
});

describe("the first text in a document that may be damaged", () => {
  it("is that of the first whole element", () => {
    expect(firstText("<Error><Code>A</Code><Code>B</Code>", "Code")).toBe("A");
    expect(firstText('<Error><Code xmlns="x">A &amp; B</Code><Me', "Code")).toBe("A & B");
    expect(firstText("<Codes>A</Codes>", "Code")).toBeUndefined();
    expect(firstText("<Code>A", "Code")).toBeUndefined();
  });
});
