import { EdgewaterError } from "../errors.ts";
import { checkValue, required, withMethods } from "../options.ts";
import type { Bytes, Serializer, SerializerWrapper } from "./types.ts";

/**
 * Compresses what another serializer writes. The data version is that of the uncompressed bytes, because runtimes compress
 * differently.
 *
 * @example
 * ```ts
 * new SerializedIOHandler({ store, serializer: withGzip(superjsonSerializer()) }); // <asset>.superjson.gz
 * ```
 */
export function withGzip(inner: Serializer): SerializerWrapper {
  checkValue("withGzip", "inner", inner, required(withMethods("a serializer", "encode", "decode")));
  const wrap = (bytes: Bytes): Promise<Bytes> => through(bytes, new CompressionStream("gzip"));
  const unwrap = async (bytes: Bytes): Promise<Bytes> => {
    try {
      return await through(bytes, new DecompressionStream("gzip"));
    } catch (cause) {
      throw new EdgewaterError("SerializationError", "These bytes are not gzip: they are truncated or something else wrote them", {
        cause,
      });
    }
  };
  return {
    name: `${inner.name}+gzip`,
    contentType: "application/gzip",
    extension: `${inner.extension}.gz`,
    inner,
    wrap,
    unwrap,
    encode: async (value) => wrap(await inner.encode(value)),
    decode: async (bytes) => inner.decode(await unwrap(bytes)),
  };
}

async function through(bytes: Bytes, transform: CompressionStream | DecompressionStream): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform as ReadableWritablePair<Uint8Array, Uint8Array>);
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}
