/** The Job that makes a step. */
import { toHex } from "../../encoding/hex.ts";
import { EdgewaterError } from "../../errors.ts";
import type { StepRequest } from "../../run/protocol.ts";
import { type KubernetesOptions, stepVariable } from "./options.ts";

/** A Job to create. */
export interface JobManifest {
  readonly apiVersion: "batch/v1";
  readonly kind: "Job";
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly object[];
  };
  readonly spec: { readonly podReplacementPolicy?: "Failed" } & Readonly<Record<string, unknown>>;
}

/** The label of the Jobs and pods of a run. */
export const runLabel = "edgewater/run";

/** The annotations that say what a Job is for. */
export const runAnnotation = "edgewater/run-id";
export const stepAnnotation = "edgewater/step";

/** The variable of a container holds at most 128 KiB on Linux, with its name and its end. */
const mostVariableBytes = 131_072 - stepVariable.length - 2;

/**
 * A hash for names and labels, which hold at most 63 characters of a small alphabet. It is that of the run with its owner and its time,
 * so that a run of other records that has the same id, and an owner that has lost the run, have other Jobs.
 */
export async function hashOfRun({ runId, owner, plannedAt }: StepRequest, step = ""): Promise<string> {
  const text = JSON.stringify([runId, owner, plannedAt, step]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return toHex(new Uint8Array(hash, 0, 10));
}

/** The manifest of the Job for one delivery of a step. @throws `NotSupported` for a request that no variable holds */
export async function jobOf(request: StepRequest, options: KubernetesOptions): Promise<JobManifest> {
  const { image, command, owner, resources, container = {}, pod = {}, deadlineSeconds, keepSeconds = 600 } = options;
  const { env = [], ...rest } = container as { readonly env?: readonly object[] };
  const [run, step] = await Promise.all([hashOfRun(request), hashOfRun(request, request.step)]);
  const labels = { ...options.labels, "app.kubernetes.io/managed-by": "edgewater", [runLabel]: run, "edgewater/step": step };
  const annotations = {
    ...options.annotations,
    [runAnnotation]: request.runId,
    [stepAnnotation]: request.step,
    "edgewater/attempt": `${request.attempt}`,
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: `edgewater-${step}-${request.attempt}`,
      labels,
      annotations,
      ...(owner && { ownerReferences: [{ ...owner }] }),
    },
    spec: {
      // A further attempt is a Job of its own, with a name of its own.
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      podReplacementPolicy: "Failed",
      ...(deadlineSeconds !== undefined && { activeDeadlineSeconds: deadlineSeconds }),
      ttlSecondsAfterFinished: keepSeconds,
      template: {
        metadata: { labels, annotations },
        spec: {
          ...pod,
          restartPolicy: "Never",
          containers: [
            {
              ...rest,
              name: "step",
              image,
              command: [...command],
              ...(resources && { resources }),
              env: [...env, { name: stepVariable, value: variableOf(request) }],
            },
          ],
        },
      },
    },
  };
}

/** The request as the value of a variable. The kubelet would replace `$(NAME)` and `$$` in it. */
function variableOf(request: StepRequest): string {
  const value = JSON.stringify(request).replaceAll("$", "\\u0024");
  const bytes = new TextEncoder().encode(value).byteLength;
  if (bytes <= mostVariableBytes) return value;
  const message = `Cannot run the step ${JSON.stringify(request.step)} in a Job: its request has ${bytes} bytes, and a variable of a container holds at most ${mostVariableBytes}; make fewer partitions in one batch`;
  throw new EdgewaterError("NotSupported", message, { asset: request.computation });
}
