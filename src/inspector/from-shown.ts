import { EdgewaterError } from "../errors.ts";
import type { Shown } from "./show.ts";

/** How deep a value may be. */
const deepest = 100;

/**
 * The value that a shown value stands for.
 *
 * @throws `SerializationError` for a value that is not shown as a whole, and for one that cannot be made from what is shown
 */
export function valueFrom(shown: Shown, path = "$", depth = 0): unknown {
  if (typeof shown !== "object" || shown === null) return shown;
  if (depth > deepest) throw refused(path, `it lies more than ${deepest} deep`);
  switch (shown.$) {
    case "undefined":
      return undefined;
    case "bigint":
      return bigintFrom(shown.v, path);
    case "number":
      return numberFrom(shown.v, path);
    case "date":
      return new Date(shown.v === "Invalid Date" ? Number.NaN : shown.v);
    case "url":
      return urlFrom(shown.v, path);
    case "array":
    case "object":
    case "map":
    case "set":
      return membersFrom(shown, path, depth);
    case "bytes":
      return bytesFrom(shown, path);
    case "cut":
      throw refused(path, `only ${shown.v.length} of its ${shown.of} characters are shown`);
    default:
      throw refused(path, `a value that is shown as ${JSON.stringify(shown.$)} cannot be written`);
  }
}

type Members = Extract<Shown, { readonly of: readonly unknown[] }>;

function membersFrom(shown: Members, path: string, depth: number): unknown {
  checkWhole(shown, path);
  const inner = (value: Shown, at: string): unknown => valueFrom(value, `${path}${at}`, depth + 1);
  if (shown.$ === "array") return shown.of.map(([, value], index) => inner(value, `[${index}]`));
  if (shown.$ === "set") return new Set(shown.of.map(([, value], index) => inner(value, `[${index}]`)));
  if (shown.$ === "map") return new Map(shown.of.map(([key, value], index) => [inner(key, `[${index}].key`), inner(value, `[${index}]`)]));
  if (shown.name !== undefined) throw refused(path, `an instance of ${JSON.stringify(shown.name)} cannot be made from what is shown`);
  const made: Record<string, unknown> = {};
  for (const [key, value] of shown.of) {
    if (typeof key !== "string") throw refused(path, "the name of a member is not shown as a whole");
    // A name such as `__proto__` is a name like others.
    Object.defineProperty(made, key, { value: inner(value, `.${key}`), enumerable: true, configurable: true, writable: true });
  }
  return made;
}

function bytesFrom(shown: Members, path: string): Uint8Array {
  checkWhole(shown, path);
  return Uint8Array.from(shown.of, ([, byte]) => {
    if (typeof byte === "number" && Number.isInteger(byte) && byte >= 0 && byte < 256) return byte;
    throw refused(path, "it has a member that is not a byte");
  });
}

function checkWhole(shown: Members, path: string): void {
  if (!Array.isArray(shown.of)) throw refused(path, "it has no members");
  if (shown.isDeep || shown.of.length !== shown.size) throw refused(path, `only ${shown.of.length} of its ${shown.size} members are shown`);
}

function bigintFrom(text: string, path: string): bigint {
  if (/^-?\d+$/.test(text)) return BigInt(text);
  throw refused(path, "its text is not a whole number");
}

function numberFrom(text: string, path: string): number {
  if (["NaN", "Infinity", "-Infinity", "-0"].includes(text)) return Number(text);
  throw refused(path, "its text must be NaN, Infinity, -Infinity or -0");
}

function urlFrom(text: string, path: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw refused(path, "its text is not a URL", cause);
  }
}

function refused(path: string, reason: string, cause?: unknown): EdgewaterError<"SerializationError"> {
  return new EdgewaterError("SerializationError", `Cannot write the value at ${path}: ${reason}; pass the whole value`, {
    field: path,
    cause,
  });
}
