import { parseInstant } from "../encoding/wall-clock.ts";
import type { FieldKind, Shape } from "./shape.ts";

const truths: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["yes", true],
  ["on", true],
  ["false", false],
  ["0", false],
  ["no", false],
  ["off", false],
]);

/** What a text should be, for messages. */
const expectations: Readonly<Record<FieldKind, string>> = {
  text: "text",
  number: "a number",
  bigint: "a whole number",
  boolean: [...truths.keys()].join(", ").replace(/^/, "one of "),
  date: "an ISO 8601 date",
  json: "JSON",
  set: "a JSON array",
  map: "a JSON object or array of pairs",
  null: "null",
  value: "a value",
};

/** The result of {@link coerce}. */
export interface Coerced {
  readonly value: unknown;
  /** Why the text cannot be read. Never quotes it, since it may be a secret. */
  readonly problem?: string;
}

/**
 * Converts text from the environment to the value of a setting with this shape. A value that is not text, such as a binding
 * in a Worker's `env`, stays as it is. If several kinds can read the text, the first one that the schema accepts wins; if the
 * schema accepts none, the first one.
 */
export function coerce(raw: unknown, shape: Shape): Coerced {
  if (typeof raw !== "string") return { value: raw };
  const readings = shape.kinds.flatMap((kind) => {
    const value = read(raw, kind, shape);
    return value === undefined ? [] : [value];
  });
  const [first] = readings;
  if (readings.length > 1) return { value: readings.find((value) => shape.accepts?.(value) ?? true) ?? first };
  if (readings.length === 1) return { value: first };
  if (shape.hasFallback) return { value: raw };
  return { value: raw, problem: `expected ${shape.kinds.map((kind) => expectations[kind]).join(" or ")}` };
}

/** Returns `undefined` when the text is not of this kind. */
function read(raw: string, kind: FieldKind, shape: Shape): unknown {
  const text = raw.trim();
  switch (kind) {
    case "text":
    case "value":
      return raw;
    case "number": {
      const value = Number(text);
      return text === "" || Number.isNaN(value) ? undefined : value;
    }
    case "bigint":
      return /^[+-]?\d+$/.test(text) ? BigInt(text) : undefined;
    case "boolean":
      return truths.get(text.toLowerCase());
    case "date":
      return parseInstant(text);
    case "null":
      return text.toLowerCase() === "null" ? null : undefined;
    default:
      return readJson(text, kind, shape);
  }
}

function readJson(text: string, kind: "json" | "set" | "map", shape: Shape): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return kind === "json" ? convertInside(value, shape) : collectionOf(value, kind);
  } catch {
    return undefined;
  }
}

/** JSON has no dates, big integers, sets and maps: inside JSON, each is written as it would be in its own variable. */
function convertInside(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) return value.map((item, index) => fromJson(item, shape.item?.(String(index))));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, item]) => [name, fromJson(item, shape.fields?.get(name) ?? shape.item?.(name))]));
}

function fromJson(value: unknown, shape: Shape | undefined): unknown {
  if (!shape) return value;
  if (typeof value === "string") return coerce(value, { ...shape, hasFallback: true }).value;
  if (shape.kinds.includes("json")) return convertInside(value, shape);
  const [kind] = shape.kinds;
  return kind === "set" || kind === "map" ? (collectionOf(value, kind) ?? value) : value;
}

function collectionOf(value: unknown, kind: "set" | "map"): unknown {
  if (kind === "set") return Array.isArray(value) ? new Set(value) : undefined;
  if (!Array.isArray(value)) return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
  return value.every((pair) => Array.isArray(pair) && pair.length === 2) ? new Map(value as [unknown, unknown][]) : undefined;
}
