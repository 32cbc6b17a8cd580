/**
 * `edgewater/inspector`: what a repository is and does, on a page: served by `inspector`, and as data through an `Inspection`.
 *
 * @module
 */
export { type NodeRequest, type NodeResponse, nodeListener } from "../http/node-listener.ts";
export type * from "./inspection.ts";
export { inspector } from "./server/handler.ts";
export type {
  InspectorAnswer,
  InspectorLimits,
  InspectorMetadata,
  InspectorOptions,
  InspectorQuestion,
  InspectorRight,
} from "./server/options.ts";
export type { Shown } from "./show.ts";
