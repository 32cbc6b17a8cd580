import type { FieldKind } from "./schema.ts";

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

/**
 * Turns text from the environment into what a setting of this kind holds. What is no text, such as a binding in a
 * Worker's `env`, is kept. A problem never quotes the text.
 */
export function coerce(raw: unknown, kind: FieldKind): { readonly value: unknown; readonly problem?: string } {
  if (typeof raw !== "string" || kind === "text") return { value: raw };
  const text = raw.trim();
  switch (kind) {
    case "number": {
      const value = Number(text);
      return text === "" || Number.isNaN(value) ? { value: raw, problem: "expected a number" } : { value };
    }
    case "bigint":
      return /^[+-]?\d+$/.test(text) ? { value: BigInt(text) } : { value: raw, problem: "expected a whole number" };
    case "boolean": {
      const value = truths.get(text.toLowerCase());
      return value === undefined ? { value: raw, problem: `expected one of ${[...truths.keys()].join(", ")}` } : { value };
    }
    case "json":
      try {
        return { value: JSON.parse(text) as unknown };
      } catch {
        return { value: raw, problem: "expected JSON" };
      }
  }
}
