import type { VersionRow } from "../../../src/inspector/inspection.ts";
import type { MetadataWire } from "../../../src/metadata/metadata-json.ts";
import { formatBytes, formatCount, formatDuration, formatNumber, formatUtc, formatValue } from "../../parts/format.ts";

/** A piece of metadata as it is shown, by its kind. */
export type MetadataView =
  | { readonly kind: "text"; readonly text: string; readonly isMono?: true }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "share"; readonly value: number; readonly text: string }
  | { readonly kind: "link"; readonly url: string; readonly text: string }
  | { readonly kind: "image"; readonly url: string }
  | { readonly kind: "version"; readonly version: string }
  | { readonly kind: "markdown"; readonly text: string; readonly summary: string }
  | { readonly kind: "code"; readonly text: string; readonly summary: string };

type Content = Readonly<Record<string, unknown>>;

const isWeb = (url: string): boolean => /^(https?|mailto):/i.test(url);
const toNumber = (value: unknown): number => (value === null ? Number.NaN : Number(value));
const maximumItems = 20;

/** Reads the wire form of one value: one field named after the kind. What is unknown is shown as JSON. */
export function metadataView(wire: unknown): MetadataView {
  const [kind, content] = Object.entries((typeof wire === "object" && wire !== null ? wire : {}) as Record<string, Content>)[0] ?? [];
  const value = content?.["value"];
  switch (kind) {
    case "Int":
      return { kind: "text", text: typeof value === "string" ? groupDigits(value) : formatNumber(toNumber(value)) };
    case "Float":
      return { kind: "text", text: formatValue(toNumber(value)) };
    case "Bytes":
      return { kind: "text", text: formatBytes(toNumber(value)) };
    case "Duration":
      return { kind: "text", text: formatDuration(toNumber(value) * 1000) };
    case "Timestamp":
      return { kind: "text", text: formatUtc(toNumber(value) * 1000) };
    case "Percentage":
      return { kind: "share", value: clamp(toNumber(value)), text: `${formatValue(toNumber(value) * 100)} %` };
    case "Bool":
      return { kind: "bool", value: value === true };
    case "Null":
      return { kind: "text", text: "null" };
    case "Text":
      return { kind: "text", text: String(value) };
    case "Path":
      return { kind: "text", text: String(value), isMono: true };
    case "Url":
      return isWeb(String(value))
        ? { kind: "link", url: String(value), text: shortUrl(String(value)) }
        : { kind: "text", text: String(value), isMono: true };
    case "Image":
      return isWeb(String(value)) ? { kind: "image", url: String(value) } : { kind: "text", text: String(value), isMono: true };
    case "Markdown":
      return { kind: "markdown", text: String(value), summary: `Markdown, ${formatCount(lines(value), "line")}` };
    case "Json":
      return { kind: "code", text: String(value), summary: `JSON, ${formatCount(String(value).length, "character")}` };
    case "Sql":
      return {
        kind: "code",
        text: String(content?.["query"]),
        summary: content?.["dialect"] == null ? "SQL" : `SQL, ${String(content["dialect"])}`,
      };
    case "CodeBlock":
      return {
        kind: "code",
        text: String(content?.["code"]),
        summary: content?.["language"] == null ? "code" : String(content["language"]),
      };
    case "DateRange":
      return { kind: "text", text: `${shortDate(content?.["start"])} – ${shortDate(content?.["end"])}` };
    case "Schema":
      return { kind: "text", text: `Arrow schema, ${formatCount(listOf(content?.["ipc_bytes"]).length, "byte")}` };
    case "DataVersion":
      return { kind: "version", version: String(value) };
    case "List": {
      const items = listOf(value);
      const told = items.slice(0, maximumItems).map((item) => plainText(metadataView(item)));
      return { kind: "text", text: told.join(", ") + (items.length > maximumItems ? `, and ${items.length - maximumItems} more` : "") };
    }
    default:
      return { kind: "text", text: JSON.stringify(wire) ?? "" };
  }
}

/** The same as one line of text. */
export function plainText(view: MetadataView): string {
  switch (view.kind) {
    case "bool":
      return String(view.value);
    case "version":
      return view.version;
    case "image":
      return view.url;
    case "markdown":
    case "code":
      return view.summary;
    default:
      return view.text;
  }
}

/** The number of a piece of metadata; null when it has none. */
export function numberOf(wire: unknown): number | null {
  const [kind, content] = Object.entries((typeof wire === "object" && wire !== null ? wire : {}) as Record<string, Content>)[0] ?? [];
  if (kind !== "Int" && kind !== "Float" && kind !== "Bytes" && kind !== "Duration" && kind !== "Percentage") return null;
  const value = toNumber(content?.["value"]);
  return Number.isFinite(value) ? value : null;
}

/** The numbers of a key over versions, oldest first; undefined when fewer than two versions have one. */
export function courseOf(key: string, versions: readonly VersionRow[]): readonly (number | null)[] | undefined {
  const values = versions.map(({ metadata }) => (Object.hasOwn(metadata, key) ? numberOf(metadata[key]) : null)).reverse();
  return values.filter((value) => value !== null).length > 1 ? values : undefined;
}

/** Keys as words: `mean_mag` is read as `mean mag`. */
export const keyLabel = (key: string): string => key.replaceAll("_", " ");

/** The recorded metadata, and what is only declared. */
export const allMetadata = (declared: MetadataWire, recorded: MetadataWire): readonly (readonly [string, unknown])[] => [
  ...Object.entries(recorded),
  ...Object.entries(declared).filter(([key]) => !Object.hasOwn(recorded, key) && key !== "description"),
];

const clamp = (value: number): number => (Number.isFinite(value) ? Math.max(0, Math.min(1, value)) : 0);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const lines = (value: unknown): number => String(value).split("\n").length;
const groupDigits = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ",");

function shortUrl(url: string): string {
  const { host, pathname } = new URL(url);
  const last = pathname.split("/").at(-1) ?? "";
  const rest = pathname.split("/").length > 2 ? `/…/${last}` : pathname === "/" ? "" : pathname;
  return host === "" ? url : `${host}${rest}`;
}

function shortDate(value: unknown): string {
  const date = new Date(String(value));
  return Number.isNaN(date.getTime())
    ? String(value)
    : date.toLocaleString("en-GB", {
        day: "numeric",
        month: "short",
        year: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        timeZone: "UTC",
      });
}
