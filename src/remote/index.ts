/**
 * `edgewater/remote`: a Storage over HTTP, served by `serveStorage` and opened with `remote`.
 *
 * @module
 */

export { type NodeRequest, type NodeResponse, nodeListener } from "../http/node-listener.ts";
export type { StorageBackend } from "../storage/backend.ts";
export { type RemoteOptions, remote } from "./client/remote.ts";
export { type Access, type Authorize, type BearerTokens, bearer } from "./server/access.ts";
export type { Cors } from "./server/cors.ts";
export { type ServeOptions, serveStorage } from "./server/serve-storage.ts";
