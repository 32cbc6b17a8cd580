/**
 * `edgewater/serializer`: turns values into bytes and back.
 *
 * @module
 */
export { type GzipOptions, withGzip } from "./gzip.ts";
export { bytesSerializer, jsonSerializer, textSerializer } from "./plain.ts";
export type { SuperJSONOptions } from "./superjson/options.ts";
export type { CustomTransformer, KeptClass, SuperJSONRegistrations } from "./superjson/registry.ts";
export { superjsonSerializer } from "./superjson/serializer.ts";
export type { Serializer, SerializerWrapper } from "./types.ts";
