/**
 * What a repository does rarely: runs and steps that others ask for, interrupted runs, backfills, and earlier versions of values. It is
 * loaded with its first use and as one module, because parts of it that are loaded alone make a bundler split what they share.
 *
 * @module
 */
export { backfill, cancelBackfill } from "./backfill/backfill.ts";
export { describeBackfill } from "./backfill/report.ts";
export { loadVersion } from "./history/load-version.ts";
export { pruneVersions } from "./history/prune.ts";
export { rollback } from "./history/rollback.ts";
export { wipe } from "./history/wipe.ts";
export { knownRun } from "./known-run.ts";
export { resumeOrCancel } from "./resume.ts";
export { outcomeOfSent, runSentStep } from "./sent-step.ts";
