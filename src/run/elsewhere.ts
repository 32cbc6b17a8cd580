/**
 * What a run needs whose steps other processes make, or which an engine keeps. It is loaded with its first use, because most runs are
 * made in one process.
 *
 * @module
 */
export { plannedRecord } from "./planned.ts";
export { checkReach } from "./reach-check.ts";
export { remoteExecution } from "./remote-steps.ts";
