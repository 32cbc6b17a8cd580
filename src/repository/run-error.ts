import { abortedError, EdgewaterError, isEdgewaterError, thrownText } from "../errors.ts";
import type { FailedAsset, RunResult } from "../run/run.ts";

/** The result of a run, or its error when it has not succeeded and errors are raised: `lost` when the run was taken over. */
export function orThrow(result: RunResult, raiseOnError: boolean, signal: AbortSignal, lost?: EdgewaterError): RunResult {
  if (!raiseOnError || result.success) return result;
  throw lost ?? runError(result, signal);
}

/**
 * The error of a run that did not succeed: that it was aborted, or the error of its first failed asset, with the names of asset
 * and partition. Its `cause` is what was thrown.
 */
function runError({ failedAssets: [first] }: RunResult, signal: AbortSignal): EdgewaterError {
  if (first === undefined || signal.aborted) return abortedError(signal, { asset: first?.name, partition: first?.partition });
  return failureOf(first);
}

function failureOf({ name, partition, error }: FailedAsset): EdgewaterError {
  const what = partition === undefined ? JSON.stringify(name) : `the partition ${JSON.stringify(partition)} of ${JSON.stringify(name)}`;
  const message = `Cannot make ${what}: ${thrownText(error)}`;
  const details = { asset: name, partition, cause: error };
  if (!isEdgewaterError(error)) return new EdgewaterError("StepFailed", message, details);
  const { code, store, key, field, issues, outcome, quota } = error;
  return new EdgewaterError(code, message, { store, key, field, issues, outcome, quota, ...details });
}
