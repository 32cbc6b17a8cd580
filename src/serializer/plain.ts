import { isWellFormed } from "../encoding/utf8.ts";
import { EdgewaterError } from "../errors.ts";
import { Surveyor } from "./superjson/analyze.ts";
import { settingsOf } from "./superjson/options.ts";
import { reuse } from "./superjson/reuse.ts";
import type { Serializer } from "./types.ts";

/**
 * JSON as it is, for readers of any language. What JSON would change, `undefined`, dates and NaN among it, is refused.
 * Shared objects come back as copies.
 *
 * @example
 * ```ts
 * new SerializedIOHandler({ store, serializer: jsonSerializer() });
 * ```
 */
export function jsonSerializer(): Serializer {
  const settings = settingsOf({ references: false });
  const withSurveyor = reuse(() => new Surveyor(settings));
  return {
    name: "json",
    contentType: "application/json",
    extension: "json",
    encode: (value) => {
      if (!withSurveyor((surveyor) => surveyor.survey(value)).isPlain)
        throw refused("JSON", "it holds what JSON would change; use superjsonSerializer");
      return new TextEncoder().encode(JSON.stringify(value));
    },
    decode: (bytes) => {
      try {
        return JSON.parse(textOf(bytes));
      } catch (cause) {
        throw unreadable("JSON", cause);
      }
    },
  };
}

/** Bytes untouched: takes and gives a `Uint8Array`. */
export function bytesSerializer(): Serializer {
  return {
    name: "bytes",
    contentType: "application/octet-stream",
    extension: "bin",
    encode: (value) => {
      if (!(value instanceof Uint8Array)) throw refused("bytes", "it is no Uint8Array");
      return new Uint8Array(value);
    },
    decode: (bytes) => bytes,
  };
}

/** Text as UTF-8: takes and gives a string. One with half a surrogate pair is refused, because UTF-8 has none. */
export function textSerializer(): Serializer {
  return {
    name: "text",
    contentType: "text/plain; charset=utf-8",
    extension: "txt",
    encode: (value) => {
      if (typeof value !== "string" || !isWellFormed(value)) throw refused("text", "it is no string of whole characters");
      return new TextEncoder().encode(value);
    },
    decode: (bytes) => {
      try {
        return textOf(bytes);
      } catch (cause) {
        throw unreadable("text", cause);
      }
    },
  };
}

function textOf(bytes: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

function refused(name: string, problem: string): EdgewaterError<"SerializationError"> {
  return new EdgewaterError("SerializationError", `The value cannot be written as ${name} without loss: ${problem}`, { field: "$" });
}

function unreadable(name: string, cause: unknown): EdgewaterError<"SerializationError"> {
  return new EdgewaterError("SerializationError", `These bytes cannot be read as ${name}: ${(cause as Error).message}`, { cause });
}
