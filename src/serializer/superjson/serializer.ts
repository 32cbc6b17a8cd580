import { checkOptions } from "../../options.ts";
import type { Serializer } from "../types.ts";
import { Surveyor } from "./analyze.ts";
import { pack, unpack } from "./container.ts";
import { damaged } from "./damaged.ts";
import { type Kept, keepBlob } from "./kept.ts";
import { type SuperJSONOptions, settingsOf, superjsonKinds } from "./options.ts";
import { Reader } from "./read.ts";
import { reuse } from "./reuse.ts";
import { Writer } from "./write.ts";

/**
 * superjson's format, lossless or refused: what comes back equals what was given, or nothing is written and the error
 * names the place.
 *
 * Values that superjson 2 keeps are its very bytes. Beyond that it keeps every number and typed array bit by bit,
 * `ArrayBuffer`, `DataView`, Node's `Buffer` (as `Uint8Array`), `Blob` and `File` (then `encode` gives a promise),
 * `URLSearchParams`, the errors of the language with cause and properties, invalid dates, sparse arrays, objects without
 * prototype, keys of every name, and shared and circular references through all of them. superjson throws on those.
 *
 * An object is its own enumerable properties under strings, by their values. Views of one buffer come back with a buffer
 * each. Where an error was thrown is not kept.
 *
 * Reading calls no code but that of the language; register the classes and symbols to keep.
 *
 * @example
 * ```ts
 * const serializer = superjsonSerializer({ classes: { Point } });
 * serializer.decode(serializer.encode({ at: new Date(0), point: new Point() })); // { at: Date, point: Point }
 * ```
 */
export function superjsonSerializer(options: SuperJSONOptions = {}): Serializer {
  checkOptions("superjsonSerializer", options, superjsonKinds);
  const settings = settingsOf(options);
  const withSurveyor = reuse(() => new Surveyor(settings));
  const withWriter = reuse(() => new Writer(settings));
  const withReader = reuse(() => new Reader(settings));
  return {
    name: "superjson",
    contentType: "application/json",
    extension: "superjson",
    encode: (value) => {
      const seen = withSurveyor((surveyor) => surveyor.survey(value));
      const finish = (): Uint8Array<ArrayBuffer> => pack(withWriter((writer) => writer.write(value, seen)));
      return seen.blobs.length === 0 ? finish() : keepBlobs(seen.blobs, seen.kept).then(finish);
    },
    decode: (bytes) => {
      if (bytes.length > settings.maxBytes) throw damaged(`there are ${bytes.length} of them, and at most ${settings.maxBytes} are read`);
      const { text, buffers } = unpack(bytes);
      return withReader((reader) => reader.read(text, buffers));
    },
  };
}

async function keepBlobs(blobs: readonly Blob[], kept: Map<object, Kept>): Promise<void> {
  for (const blob of blobs) kept.set(blob, keepBlob(blob, new Uint8Array(await blob.arrayBuffer())));
}
