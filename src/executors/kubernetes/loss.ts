/** Why a Job has ended without an outcome in the records. */
import { EdgewaterError } from "../../errors.ts";
import type { StepRequest } from "../../run/protocol.ts";
import type { Api } from "./api.ts";
import type { JobEnd, Pod } from "./resources.ts";
import { exitCodes } from "./serve.ts";

/** A Job that was lost. */
export interface Loss {
  readonly job: string;
  readonly reason: string;
  /** The error that ends the step; undefined when another Job may do better. */
  readonly final?: EdgewaterError | undefined;
}

/** Why a Job is lost: by its own conditions, and those of its pod where it still exists and may be read. */
export async function lossOf(request: StepRequest, job: string, end: JobEnd, api: Api, signal: AbortSignal): Promise<Loss> {
  const { step, computation: asset, runId } = request;
  if (end.how === "gone") return { job, reason: "it was deleted" };
  if (end.how === "failed" && end.reason === "DeadlineExceeded") {
    const message = `The Job ${job} of the step ${JSON.stringify(step)} took longer than deadlineSeconds (DeadlineExceeded); raise deadlineSeconds, or see whether the cluster has a node for it and can pull its image`;
    return { job, reason: "", final: new EdgewaterError("Timeout", message, { asset }) };
  }
  const pods = await api.pods(job, signal).catch(() => []);
  const pod = pods.find(({ status }) => status?.phase === "Failed") ?? pods[0];
  const exitCode = terminatedOf(pod)?.exitCode;
  if (exitCode === exitCodes.lost) {
    const message = `Cannot go on with the step ${JSON.stringify(step)} of the run ${runId}: its Job ${job} found that the run was canceled, ended or taken over elsewhere`;
    return { job, reason: "", final: new EdgewaterError("TakenOver", message, { asset, key: runId }) };
  }
  const fallback = end.how === "failed" ? `${end.reason}: ${end.message}` : "it has ended, and the records have no outcome of the step";
  return { job, reason: reasonOf(pod) ?? fallback };
}

/** The error of a step over which several Jobs were lost. */
export async function lostOver({ computation }: StepRequest, losses: number, { job, reason }: Loss, api: Api): Promise<EdgewaterError> {
  const jobs = losses === 1 ? "A Job was" : `${losses} Jobs were`;
  const message = `${jobs} lost over ${JSON.stringify(computation)}: ${reason}; look at its log with: kubectl logs job/${job} --namespace ${await api.namespace()}`;
  return new EdgewaterError("Unavailable", message, { asset: computation });
}

function terminatedOf(pod: Pod | undefined): { readonly exitCode: number; readonly reason?: string } | undefined {
  return pod?.status?.containerStatuses?.find(({ state }) => state?.terminated !== undefined)?.state?.terminated;
}

function reasonOf(pod: Pod | undefined): string | undefined {
  const { reason, message } = pod?.status ?? {};
  if (reason !== undefined) return `its pod was ended: ${reason}${message === undefined ? "" : `: ${message}`}`;
  const terminated = terminatedOf(pod);
  if (terminated === undefined) return undefined;
  if (terminated.reason === "OOMKilled") return "its container used more memory than its limit (OOMKilled); raise resources.limits.memory";
  if (terminated.exitCode === exitCodes.busy) return "another worker was making the step";
  return `its container has ended with the exit code ${terminated.exitCode}${signalOf(terminated.exitCode)}`;
}

/** The most common signals, by the exit codes that shells and container runtimes give them. */
function signalOf(exitCode: number): string {
  if (exitCode === 137) return " (SIGKILL)";
  return exitCode === exitCodes.terminated ? " (SIGTERM)" : "";
}
