import { SuperJSON } from "superjson";
import { EdgewaterError } from "../errors.ts";
import { refuseLossy } from "./lossless.ts";
import type { Serializer } from "./types.ts";

/**
 * superjson's text form, made lossless or refused: what superjson would change silently is refused with its JSON path
 * before a byte is written. Keeps undefined, Date, Map, Set, BigInt, RegExp, URL, NaN, ±Infinity, -0, plain errors,
 * typed arrays, and shared and circular references.
 *
 * Each call makes a serializer with a superjson instance of its own, so that nothing registered elsewhere changes the
 * bytes.
 *
 * @example
 * ```ts
 * const serializer = superjsonSerializer();
 * serializer.decode(serializer.encode({ at: new Date(0) })); // { at: Date }
 * ```
 */
export function superjsonSerializer(): Serializer {
  const superjson = new SuperJSON();
  return {
    name: "superjson",
    contentType: "application/json",
    extension: "superjson",
    encode: (value) => {
      refuseLossy(value);
      return new TextEncoder().encode(superjson.stringify(value));
    },
    decode: (bytes) => {
      try {
        return superjson.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
      } catch (cause) {
        throw new EdgewaterError("SerializationError", "These bytes are not superjson: they are truncated or something else wrote them", {
          cause,
        });
      }
    },
  };
}
