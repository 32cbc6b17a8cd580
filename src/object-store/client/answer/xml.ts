/** An element of an XML document. Attributes are left out: no answer of a storage service needs one but `Encoded`. */
export interface XmlElement {
  readonly name: string;
  /** The attributes as they are written, with the space before them. */
  readonly attributes: string;
  readonly children: readonly XmlElement[];
  /** The text directly inside the element, decoded. */
  readonly text: string;
}

interface OpenElement extends XmlElement {
  readonly children: OpenElement[];
  text: string;
}

/** Storage services nest their answers less deeply. */
const maxDepth = 16;

/** The largest list page, 5,000 blobs of Azure, has half as many elements. */
const maxElements = 500_000;

/**
 * Parses a whole XML document in time linear in its length. Reads what storage services send: no document type, five named
 * entities and character references. Returns undefined for anything that is not one well-formed document, such as an answer
 * that is cut off, or HTML.
 */
export function parseXml(xml: string): XmlElement | undefined {
  const open: OpenElement[] = [];
  let root: OpenElement | undefined;
  let count = 0;
  let at = 0;
  while (true) {
    const start = xml.indexOf("<", at);
    const top = open.at(-1);
    const text = decode(xml.slice(at, start === -1 ? xml.length : start));
    if (text === undefined || (top === undefined && text.trim() !== "")) return undefined;
    if (top) top.text += text;
    if (start === -1) return top === undefined ? root : undefined;
    const markup = markupAt(xml, start);
    if (markup === undefined) return undefined;
    at = markup.end;
    if (markup.kind === "text") {
      if (top === undefined) return undefined;
      top.text += markup.content;
    } else if (markup.kind === "end") {
      if (top?.name !== markup.content) return undefined;
      open.pop();
    } else if (markup.kind === "start") {
      const element: OpenElement = { name: markup.content, attributes: markup.attributes, children: [], text: "" };
      if ((top === undefined && root !== undefined) || open.length >= maxDepth || ++count > maxElements) return undefined;
      if (top) top.children.push(element);
      else root = element;
      if (!markup.isEmpty) open.push(element);
    }
  }
}

type Markup =
  | { readonly kind: "ignored"; readonly end: number }
  | { readonly kind: "text" | "end"; readonly content: string; readonly end: number }
  | { readonly kind: "start"; readonly content: string; readonly attributes: string; readonly isEmpty: boolean; readonly end: number };

/** Reads the markup that starts with `<` at a position; undefined when it does not end or is not known here. */
function markupAt(xml: string, start: number): Markup | undefined {
  const until = (opening: string, closing: string): { readonly content: string; readonly end: number } | undefined => {
    const close = xml.indexOf(closing, start + opening.length);
    return close === -1 ? undefined : { content: xml.slice(start + opening.length, close), end: close + closing.length };
  };
  for (const [opening, closing] of [
    ["<?", "?>"],
    ["<!--", "-->"],
  ] as const) {
    if (!xml.startsWith(opening, start)) continue;
    const end = until(opening, closing)?.end;
    return end === undefined ? undefined : { kind: "ignored", end };
  }
  if (xml.startsWith("<![CDATA[", start)) {
    const found = until("<![CDATA[", "]]>");
    return found && { kind: "text", ...found };
  }
  const tag = until("<", ">");
  if (tag === undefined) return undefined;
  const { content, end } = tag;
  if (content.startsWith("/")) return { kind: "end", content: content.slice(1).trimEnd(), end };
  const isEmpty = content.endsWith("/");
  const [, name, attributes = ""] = /^([A-Za-z_][\w.:-]*)(\s[\s\S]*)?$/.exec(isEmpty ? content.slice(0, -1) : content) ?? [];
  return name === undefined ? undefined : { kind: "start", content: name, attributes, isEmpty, end };
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** Text with its references resolved; undefined for a character beyond Unicode. */
function decode(text: string): string | undefined {
  if (!text.includes("&")) return text;
  let isWrong = false;
  const decoded = text.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return Object.hasOwn(entities, name) ? (entities[name] ?? whole) : whole;
    const point = hex === undefined ? Number.parseInt(decimal ?? "", 10) : Number.parseInt(hex, 16);
    if (point <= 0x10ffff) return String.fromCodePoint(point);
    isWrong = true;
    return whole;
  });
  return isWrong ? undefined : decoded;
}

/** The children of an element with this name, in order. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The text of the first element on a path of names below an element. */
export function textAt(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  return path.reduce((found, name) => found?.children.find((child) => child.name === name), element)?.text;
}

/** The text on a path as a date; undefined for text that is not one. */
export function dateAt(element: XmlElement, ...path: readonly string[]): Date | undefined {
  return validDate(textAt(element, ...path));
}

/** Text as a date; undefined for text that is not one. */
export function validDate(text: string | null | undefined): Date | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** The text on a path as an etag in the form of headers: some servers leave the quotes out. */
export function etagAt(element: XmlElement, ...path: readonly string[]): string | undefined {
  return textAt(element, ...path)?.replace(/^"?([\s\S]*?)"?$/, '"$1"');
}

/**
 * The text of the first `<name>…</name>` in a document that may be cut off or no XML at all, such as the answer of a failure.
 * Takes time linear in its length.
 */
export function firstText(xml: string, name: string): string | undefined {
  const start = xml.search(new RegExp(`<${name}[\\s>]`));
  const open = start === -1 ? -1 : xml.indexOf(">", start);
  const close = open === -1 ? -1 : xml.indexOf(`</${name}>`, open);
  return close === -1 ? undefined : decode(xml.slice(open + 1, close));
}

/** Text as the content of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
