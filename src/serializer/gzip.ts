import { EdgewaterError } from "../errors.ts";
import { aLimit, checkOptions, checkValue, required, withMethods } from "../options.ts";
import type { Bytes, Serializer, SerializerWrapper } from "./types.ts";

/** Options of {@link withGzip}. */
export interface GzipOptions {
  /**
   * The most bytes that are inflated. Inflating stops there, so that a small hostile object cannot fill the memory.
   *
   * @default the `maxBytes` of the inner serializer
   */
  readonly maxBytes?: number | undefined;
}

/**
 * Compresses the bytes of another serializer. The data version is that of the uncompressed bytes, because runtimes compress
 * differently.
 *
 * @example
 * ```ts
 * new SerializedIOHandler({ store, serializer: withGzip(superjsonSerializer()) }); // <asset>.superjson.gz
 * ```
 */
export function withGzip(inner: Serializer, options: GzipOptions = {}): SerializerWrapper {
  checkValue("withGzip", "inner", inner, required(withMethods("a serializer", "encode", "decode")));
  checkOptions("withGzip", options, { maxBytes: aLimit });
  const { maxBytes = inner.maxBytes ?? Number.POSITIVE_INFINITY } = options;
  const wrap = (bytes: Bytes): Promise<Bytes> => through(bytes, new CompressionStream("gzip"), Number.POSITIVE_INFINITY);
  const unwrap = async (bytes: Bytes): Promise<Bytes> => {
    try {
      return await through(bytes, new DecompressionStream("gzip"), maxBytes);
    } catch (cause) {
      if (cause instanceof TooMany) throw failed(`They inflate to more than the ${maxBytes} bytes that are allowed`, undefined);
      throw failed("These bytes are not gzip: they are truncated or something else wrote them", cause);
    }
  };
  return {
    name: `${inner.name}+gzip`,
    contentType: "application/gzip",
    extension: `${inner.extension}.gz`,
    maxBytes,
    inner,
    wrap,
    unwrap,
    encode: async (value) => wrap(await inner.encode(value)),
    decode: async (bytes) => inner.decode(await unwrap(bytes)),
  };
}

class TooMany extends Error {}

function failed(message: string, cause: unknown): EdgewaterError<"SerializationError"> {
  return new EdgewaterError("SerializationError", message, { cause });
}

/** Puts bytes through a stream, and gives up as soon as more than so many come out. */
async function through(bytes: Bytes, transform: CompressionStream | DecompressionStream, most: number): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform as ReadableWritablePair<Uint8Array, Uint8Array>);
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length;
    if (length > most) {
      await reader.cancel().catch(() => undefined);
      throw new TooMany();
    }
    chunks.push(next.value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
