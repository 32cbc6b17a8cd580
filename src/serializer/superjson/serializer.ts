/**
 * superjson's format, lossless or refused: `analyze.ts` looks at a value, `writer.ts` writes it, `reader.ts` reads it, and
 * `typed-values/` has one file for each kind of value that JSON lacks.
 *
 * @module
 */

import { thrownText } from "../../errors.ts";
import { checkOptions } from "../../options.ts";
import type { Serializer } from "../types.ts";
import { Analyzer } from "./analyze.ts";
import { pack, unpack } from "./container.ts";
import { damaged, refusedWhole, withFamilyErrors } from "./failures.ts";
import { type SuperJSONOptions, settingsOf, superjsonKinds } from "./options.ts";
import { Reader } from "./reader.ts";
import { reuse } from "./reuse.ts";
import { Writer } from "./writer.ts";

/**
 * superjson's format, lossless or refused: what comes back equals what was given, or nothing is written and the error
 * names the place.
 *
 * A value that superjson 2.2.7 gives back unchanged becomes its very bytes. Beyond that, these are kept, in forms on which
 * superjson throws: every number and typed array bit by bit, `ArrayBuffer`, `DataView`, Node's `Buffer`, views that share a
 * buffer, `Blob` and `File` (`encode` then returns a promise), `URLSearchParams`, the errors of the language and
 * `DOMException` with cause and properties, invalid dates, sparse arrays, frozen and sealed objects, objects without
 * prototype, keys of every name, `Temporal` values, and shared and circular references through all of them.
 *
 * A getter is read once, and its value is written. The `stack` of an error is not kept.
 *
 * Reading calls the language's own constructors and what you have registered, and no other code.
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
  const withAnalyzer = reuse(() => new Analyzer(settings));
  const withWriter = reuse(() => new Writer(settings));
  const withReader = reuse(() => new Reader(settings));
  return {
    name: "superjson",
    contentType: "application/json",
    extension: "superjson",
    maxBytes: settings.maxBytes,
    encode: (value) =>
      withFamilyErrors(
        () => {
          const analysis = withAnalyzer((analyzer) => analyzer.analyze(value));
          const { text, buffers, pending } = withWriter((writer) => writer.write(analysis));
          if (pending.isEmpty) return pack(text, buffers);
          return pending.fill(text, buffers).then((filled) => pack(text, filled));
        },
        (cause) => refusedWhole(thrownText(cause), cause),
      ),
    decode: (bytes) => {
      if (bytes.length > settings.maxBytes) throw damaged(`there are ${bytes.length} of them, and at most ${settings.maxBytes} are read`);
      return withFamilyErrors(
        () => {
          const { text, buffers } = unpack(bytes);
          return withReader((reader) => reader.read(text, buffers));
        },
        (cause) => damaged(thrownText(cause), undefined, cause),
      );
    },
  };
}
