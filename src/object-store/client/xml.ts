/**
 * The little XML that the clouds speak: elements that never nest in one of their own name, no attributes that matter,
 * five entities and character references. Not a general parser.
 *
 * @module
 */

/** The contents of every `<name>…</name>` in a document, in order. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, "g"))].map((match) => match[1] ?? "");
}

/** The text of the first such element. */
export function textOf(xml: string, name: string): string | undefined {
  const content = elements(xml, name)[0];
  return content === undefined ? undefined : decode(content);
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number.parseInt(decimal, 10));
    return entities[name ?? ""] ?? whole;
  });
}
