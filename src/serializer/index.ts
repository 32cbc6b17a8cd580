/**
 * `edgewater/serializer`: how values become bytes and back.
 *
 * @module
 */
export { superjsonSerializer } from "./superjson.ts";
export type { Serializer } from "./types.ts";
