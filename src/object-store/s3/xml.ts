import { textOf } from "../client/xml.ts";

/** The etag in an answer, in the form that headers have: some servers leave the quotes out. */
export function etagOf(xml: string): string | undefined {
  return textOf(xml, "ETag")?.replace(/^"?(.*?)"?$/, '"$1"');
}

/** Text as the content of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
