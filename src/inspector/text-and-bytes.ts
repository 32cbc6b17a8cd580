/** Texts and bytes as they are shown. */
import { toBase64 } from "../encoding/base64.ts";
import type { Preview } from "./inspection.ts";
import { Refusal } from "./refusal.ts";

/** How many characters of a text, and how many bytes, are shown. */
const longestText = 200_000;
const mostBytes = 4096;
/** How long a text may be to be told from JSON by reading it. */
const longestJson = 2_000_000;

/** A text with the language that it is in, as far as it shows. */
export function textPreview(text: string, kinds: readonly string[]): Preview {
  const language = languageOf(text, kinds);
  const isCut = text.length > longestText;
  return {
    kind: "text",
    text: isCut ? text.slice(0, longestText) : text,
    ...(language && { language }),
    ...(isCut && { cutAt: longestText }),
  };
}

function languageOf(text: string, kinds: readonly string[]): (Preview & { readonly kind: "text" })["language"] {
  const head = text.slice(0, 1000).trimStart();
  if (/^<(?:\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*svg[\s>]/is.test(head) || /^<\?xml[^>]*>\s*<svg[\s>]/is.test(head)) return "svg";
  if (/^<(?:!doctype html|html)[\s>]/i.test(head)) return "html";
  if (/^[{[]/.test(head) && text.length <= longestJson && isJson(text)) return "json";
  const named = kinds.map((kind) => kind.toLowerCase());
  if (named.includes("markdown") || named.includes("md") || /^#{1,6} \S/m.test(text.slice(0, 5000))) return "markdown";
  if (named.includes("sql") || /^(?:select|with|create|insert|update|delete)\s[\s\S]*\b(?:from|table|into|set|as)\b/i.test(head))
    return "sql";
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A value whose bytes can be read more than once: those of a Blob or a stream, up to a limit. @throws `Refusal` for a larger one */
export async function withoutStream(value: unknown, limit: number): Promise<unknown> {
  if (typeof Blob === "function" && value instanceof Blob) {
    if (value.size > limit) throw Refusal.tooLarge(value.size, limit);
    return new Uint8Array(await value.arrayBuffer());
  }
  if (!(value instanceof ReadableStream)) return value;
  if (value.locked) throw new Refusal("unreadable", "The value is a stream that was read; load it again.");
  return readAll(value as ReadableStream<Uint8Array>, limit);
}

async function readAll(stream: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    size += next.value.byteLength;
    if (size <= limit) continue;
    await reader.cancel();
    throw Refusal.tooLarge(size, limit);
  }
  return new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** The first bytes of the kinds of images that are shown. */
const images = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], 0],
  ["image/jpeg", [0xff, 0xd8, 0xff], 0],
  ["image/gif", [0x47, 0x49, 0x46, 0x38], 0],
  ["image/webp", [0x57, 0x45, 0x42, 0x50], 8],
] as const;

/** Bytes as an image, a text, or themselves. */
export function bytesPreview(bytes: Uint8Array, size: number): Preview {
  const isWhole = bytes.byteLength >= size;
  const image = images.find(([, magic, at]) => magic.every((byte, index) => bytes[at + index] === byte));
  if (image !== undefined && isWhole) return { kind: "image", type: image[0], base64: toBase64(bytes) };
  const text = image === undefined ? textOf(bytes, isWhole) : undefined;
  if (text !== undefined) {
    const preview = textPreview(text, []);
    return isWhole || preview.kind !== "text" ? preview : { ...preview, cutAt: preview.text.length };
  }
  return { kind: "bytes", size, base64: toBase64(bytes.subarray(0, mostBytes)) };
}

/** Bytes as UTF-8; undefined unless they are text without control characters. */
function textOf(bytes: Uint8Array, isWhole: boolean): string | undefined {
  if (bytes.byteLength === 0) return undefined;
  try {
    // Of a part, the last character may be cut.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !isWhole });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what text does not have
    return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text.slice(0, 10_000)) ? undefined : text;
  } catch {
    return undefined;
  }
}
