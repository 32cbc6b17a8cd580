/**
 * Reads the XML of the storage services: no element nests in one of its own name, no attribute matters, five entities and
 * character references. Not a general parser.
 *
 * @module
 */

/** The contents of every `<name>…</name>` in a document, in order. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, "g"))].map((match) => match[1] ?? "");
}

/** The text of the first `<name>…</name>`. */
export function textOf(xml: string, name: string): string | undefined {
  const content = elements(xml, name)[0];
  return content === undefined ? undefined : decode(content);
}

/** The text of the first `<name>…</name>` as a date. */
export function dateOf(xml: string, name: string): Date | undefined {
  const text = textOf(xml, name);
  return text === undefined ? undefined : new Date(text);
}

/** The text of the first `<name>…</name>` as an etag in the form of headers: some servers leave the quotes out. */
export function etagOf(xml: string, name: string): string | undefined {
  return textOf(xml, name)?.replace(/^"?(.*?)"?$/, '"$1"');
}

/** Text as the content of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number.parseInt(decimal, 10));
    return entities[name ?? ""] ?? whole;
  });
}
