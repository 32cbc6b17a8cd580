import { isWellFormed } from "../encoding/utf8.ts";
import { EdgewaterError, thrownText } from "../errors.ts";
import { Analyzer } from "./superjson/analyze.ts";
import { refusedWhole, withFamilyErrors } from "./superjson/failures.ts";
import { settingsOf } from "./superjson/options.ts";
import { reuse } from "./superjson/reuse.ts";
import { Writer } from "./superjson/writer.ts";
import type { Serializer } from "./types.ts";

/**
 * Plain JSON, for readers of any language. A value that JSON would change, such as `undefined`, a date or NaN, is refused.
 * Shared objects come back as copies.
 *
 * @example
 * ```ts
 * new SerializedIOHandler({ store, serializer: jsonSerializer() });
 * ```
 */
export function jsonSerializer(): Serializer {
  const settings = { ...settingsOf({ references: false }), isStrict: true };
  const withAnalyzer = reuse(() => new Analyzer(settings));
  const withWriter = reuse(() => new Writer(settings));
  return {
    name: "json",
    contentType: "application/json",
    extension: "json",
    encode: (value) =>
      withFamilyErrors(
        () => {
          const analysis = withAnalyzer((analyzer) => analyzer.analyze(value));
          if (!analysis.isJson) throw refused("JSON", "JSON would change a part of it; use superjsonSerializer");
          return withWriter((writer) => writer.writeJsonOnly(analysis));
        },
        (cause) => refusedWhole(thrownText(cause), cause),
      ),
    decode: (bytes) => {
      try {
        return JSON.parse(textOf(bytes));
      } catch (cause) {
        throw unreadable("JSON", cause);
      }
    },
  };
}

/** Leaves bytes as they are: takes and returns a `Uint8Array`. */
export function bytesSerializer(): Serializer {
  return {
    name: "bytes",
    contentType: "application/octet-stream",
    extension: "bin",
    encode: (value) => {
      if (!(value instanceof Uint8Array)) throw refused("bytes", "it is not a Uint8Array");
      return new Uint8Array(value);
    },
    decode: (bytes) => bytes,
  };
}

/** Text as UTF-8: takes and returns a string. A string with half a surrogate pair is refused, because UTF-8 cannot hold it. */
export function textSerializer(): Serializer {
  return {
    name: "text",
    contentType: "text/plain; charset=utf-8",
    extension: "txt",
    encode: (value) => {
      if (typeof value !== "string" || !isWellFormed(value)) throw refused("text", "it is not a string of whole characters");
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
  return new EdgewaterError("SerializationError", `These bytes cannot be read as ${name}: ${thrownText(cause)}`, { cause });
}
