/**
 * `edgewater/serializer`: how values become bytes and back.
 *
 * @module
 */
export { withGzip } from "./gzip.ts";
export { bytesSerializer, jsonSerializer, textSerializer } from "./plain.ts";
export type { KeptClass, SuperJSONOptions } from "./superjson/options.ts";
export { superjsonSerializer } from "./superjson/serializer.ts";
export type { Serializer, SerializerWrapper } from "./types.ts";
