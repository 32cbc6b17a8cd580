import type { Shown } from "../../../../src/inspector/show.ts";
import { formatNumber, formatValue } from "../../../parts/format.ts";

export type ShownGroup = Extract<Shown, { readonly $: "array" | "object" | "map" | "set" | "bytes" | "typed" }>;

/** Whether a value has members. */
export const isGroup = (value: Shown): value is ShownGroup => typeof value === "object" && value !== null && "size" in value;

/** How a value is coloured, beside its text. */
export type ShownKind = "number" | "text" | "word" | "special" | "group";

/** A value as one line of text. */
export function textOfShown(value: Shown): { readonly text: string; readonly kind: ShownKind; readonly chip?: string } {
  if (value === null) return { text: "null", kind: "word" };
  if (typeof value === "number") return { text: String(value), kind: "number" };
  if (typeof value === "boolean") return { text: String(value), kind: "word" };
  if (typeof value === "string") return { text: `"${value}"`, kind: "text" };
  switch (value.$) {
    case "cut":
      return { text: `"${value.v}…"`, kind: "text", chip: `${formatNumber(value.of)} characters` };
    case "same":
      return { text: `the same as ${value.v === "" ? "the value itself" : value.v}`, kind: "special" };
    case "number":
      return { text: value.v, kind: "number" };
    case "undefined":
      return { text: "undefined", kind: "word" };
    case "bigint":
      return { text: `${value.v}n`, kind: "number" };
    case "date":
      return { text: value.v, kind: "special", chip: "Date" };
    case "array":
    case "object":
    case "map":
    case "set":
    case "bytes":
    case "typed":
      return { text: groupText(value), kind: "group" };
    default:
      return { text: value.v, kind: "special", chip: value.name ?? names[value.$] };
  }
}

const names = {
  url: "URL",
  regexp: "RegExp",
  symbol: "symbol",
  error: "Error",
  class: "class",
  function: "function",
  temporal: "Temporal",
} as const;

/** A group without its members: `[5]`, `{3}`, `Map(8)`, `Quake {7}`. */
export function groupText({ $, size, name }: ShownGroup): string {
  const count = formatNumber(size);
  switch ($) {
    case "array":
      return `${name === undefined ? "" : `${name} `}[${count}]`;
    case "object":
      return `${name === undefined ? "" : `${name} `}{${count}}`;
    case "map":
      return `Map(${count})`;
    case "set":
      return `Set(${count})`;
    case "bytes":
      return `${name ?? "bytes"}, ${count} bytes`;
    case "typed":
      return `${name ?? "typed array"}(${count})`;
  }
}

/** What tells one group from its neighbours: its first short text. */
export function hintOf(group: ShownGroup): string {
  for (const [, value] of group.of) if (typeof value === "string" && value !== "" && value.length < 80) return value;
  return "";
}

/** A value in a cell of a table. */
export function cellText(value: Shown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return formatValue(value);
  if (value === null) return "";
  if (typeof value === "object" && value.$ === "date") return value.v.replace("T", " ").replace(/(\.\d+)?Z$/, "");
  if (typeof value === "object" && value.$ === "cut") return `${value.v}…`;
  return textOfShown(value).text;
}

/** A key of an object or a map. */
export const keyText = (key: Shown): string => (typeof key === "string" ? key : textOfShown(key).text);
