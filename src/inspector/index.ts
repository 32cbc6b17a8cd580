/**
 * `edgewater/inspector`: what a repository has and does, for people: a port that a page, a server and a file can show.
 *
 * @module
 */
export { type NodeRequest, type NodeResponse, nodeListener } from "../http/node-listener.ts";
export { type ConnectInspectionOptions, connectInspection } from "./client.ts";
export { openReport } from "./file.ts";
export { inspect } from "./inspect.ts";
export type * from "./inspection.ts";
export type { InspectionLimits, InspectionOptions } from "./options.ts";
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
export { type WriteReportOptions, writeReport } from "./write-report.ts";
