/**
 * The little XML that S3 speaks: flat elements, no attributes that matter, five entities and character references. Not a
 * general parser.
 *
 * @module
 */

/** The contents of every `<name>…</name>` in a document, in order; elements of one name never nest in S3's answers. */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(patternOf(name))].map((match) => match[1] ?? "");
}

/** The text of the first such element. */
export function textOf(xml: string, name: string): string | undefined {
  const content = patternOf(name).exec(xml)?.[1];
  return content === undefined ? undefined : decode(content);
}

function patternOf(name: string): RegExp {
  return new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, "g");
}

/** The etag in an answer, in the form that headers have: some servers leave the quotes out. */
export function etagOf(xml: string): string | undefined {
  return textOf(xml, "ETag")?.replace(/^"?(.*?)"?$/, '"$1"');
}

/** Text as the content of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(#x?)?(\w+);/g, (whole, mark: string | undefined, name: string) =>
    mark === undefined ? (entities[name] ?? whole) : String.fromCodePoint(Number.parseInt(name, mark === "#" ? 10 : 16)),
  );
}
