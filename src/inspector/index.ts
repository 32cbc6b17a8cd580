/**
 * `edgewater/inspector`: what a repository has and does, for people: a port that a page, a server and a file can show.
 *
 * @module
 */
export { inspect } from "./inspect.ts";
export type * from "./inspection.ts";
export type { InspectionLimits, InspectionOptions } from "./options.ts";
export type { Shown } from "./show.ts";
