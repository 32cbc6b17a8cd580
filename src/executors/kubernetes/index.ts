/**
 * `edgewater/kubernetes`: runs the steps of a repository as Kubernetes Jobs.
 *
 * @module
 */
import { abortedError, EdgewaterError } from "../../errors.ts";
import { sleep } from "../../retry.ts";
import type { Executor } from "../../run/executor.ts";
import type { StepOutcome, StepRequest } from "../../run/protocol.ts";
import { type Delivery, remote } from "../remote.ts";
import { Api } from "./api.ts";
import { hashOfRun, type JobManifest, jobOf, runAnnotation, runLabel, stepAnnotation } from "./job.ts";
import { type Loss, lossOf, lostOver } from "./loss.ts";
import { checkKubernetesOptions, type KubernetesOptions } from "./options.ts";
import type { Job, JobEnd } from "./resources.ts";
import { JobWatch } from "./watch.ts";

export type { KubernetesOptions, OwnerReference } from "./options.ts";
export { serveStep } from "./serve.ts";

/** How many Jobs may be lost over one step. */
const mostLosses = 3;
/** How often the records are asked for a step whose Job has not ended, in milliseconds. */
const lookMs = 30_000;
/** The longest time for the deletion of a Job after an abort, in milliseconds. */
const deletionMs = 30_000;

/**
 * An executor that runs each step as a Kubernetes Job, with plain requests to the API server. A step whose Job is lost, because its
 * pod was killed or evicted or the Job deleted, is made by another one; when three are lost over it, it fails.
 *
 * Begin a run with a `runId`: a process that is started again then goes on with the run and adopts its Jobs. An abort deletes the Jobs
 * with their pods.
 *
 * Values do not cross: a container loads inputs and writes outputs itself, with `serveStep`. So the Storage and the stores must be
 * reached from every node.
 *
 * @throws `SettingsError` for an invalid option, and outside of a pod without `server`
 *
 * @example
 * ```ts
 * const executor = kubernetes({ image: "registry.example.com/pipeline:1", command: ["node", "step.ts"] });
 * await using repository = await Repository.open({ assets, ioHandler, storage, executor });
 * await repository.materialize({ runId: "nightly-2026-11-28" });
 * ```
 */
export function kubernetes(options: KubernetesOptions): Executor {
  checkKubernetesOptions(options);
  const { maxConcurrency = 20 } = options;
  const steps = new Steps(options);
  const executor = remote("kubernetes", (request, delivery) => steps.make(request, delivery), { reach: "anywhere", maxConcurrency });
  return { ...executor, keepsSteps: true };
}

/** Makes steps by Jobs. */
class Steps {
  readonly #options: KubernetesOptions;
  readonly #api: Api;
  /** By the hashes of the runs; those whose steps wait. */
  readonly #watches = new Map<string, { readonly watch: JobWatch; steps: number }>();

  constructor(options: KubernetesOptions) {
    this.#options = options;
    this.#api = new Api(options);
  }

  /** Makes a step, by another Job when one is lost. The truth is in the records: they are asked before a Job and after it. */
  async make(request: StepRequest, { signal, outcomeOf }: Delivery): Promise<StepOutcome> {
    const ended = async (): Promise<StepOutcome | undefined> => {
      const outcome = await outcomeOf();
      return outcome?.status === "ended" ? outcome : undefined;
    };
    for (let losses = 0; ; ) {
      const known = await ended();
      if (known !== undefined) return known;
      const loss = await this.#makeOnce({ ...request, attempt: request.attempt + losses }, signal, ended);
      if ("status" in loss) return loss;
      losses++;
      if (loss.final !== undefined) throw loss.final;
      if (losses === mostLosses) throw await lostOver(request, losses, loss, this.#api);
    }
  }

  async #makeOnce(request: StepRequest, signal: AbortSignal, ended: () => Promise<StepOutcome | undefined>): Promise<StepOutcome | Loss> {
    const manifest = await jobOf(request, this.#options);
    const { name } = manifest.metadata;
    try {
      const job = await this.#createOrAdopt(manifest, request, signal);
      const end = await this.#endOf(job, request, signal, ended);
      if ("status" in end) return end;
      return (await ended()) ?? (await lossOf(request, name, end, this.#api, signal));
    } catch (error) {
      if (signal.aborted) {
        await this.#api.delete(name, AbortSignal.timeout(deletionMs)).catch(() => {});
        throw abortedError(signal);
      }
      const outcome = await ended().catch(() => undefined);
      if (outcome !== undefined) return outcome;
      throw error;
    }
  }

  /** The Job of a delivery: a new one, or the one that an earlier process has created. */
  async #createOrAdopt(manifest: JobManifest, request: StepRequest, signal: AbortSignal): Promise<Job> {
    const { name, annotations } = manifest.metadata;
    while (true) {
      const job = (await this.#api.create(manifest, signal)) ?? (await this.#api.read(name, signal));
      // It was deleted between the two requests.
      if (job === undefined) continue;
      const { annotations: found } = job.metadata;
      if (found?.[runAnnotation] === annotations[runAnnotation] && found?.[stepAnnotation] === annotations[stepAnnotation]) return job;
      const message = `Cannot create the Job ${name} of the step ${JSON.stringify(request.step)}: there is one with this name that was not made for the step; delete it`;
      throw new EdgewaterError("AlreadyExists", message, { asset: request.computation });
    }
  }

  /** Waits until a Job has ended. An outcome in the records comes first, when the API server is away or the container does not end. */
  async #endOf(
    job: Job,
    request: StepRequest,
    signal: AbortSignal,
    ended: () => Promise<StepOutcome | undefined>,
  ): Promise<JobEnd | StepOutcome> {
    const run = await hashOfRun(request);
    const entry = this.#watches.get(run) ?? { watch: new JobWatch(this.#api, `${runLabel}=${run}`), steps: 0 };
    this.#watches.set(run, entry);
    entry.steps++;
    const over = new AbortController();
    const both = AbortSignal.any([signal, over.signal]);
    const looks = async (): Promise<StepOutcome> => {
      while (true) {
        await sleep(lookMs, { signal: both });
        const outcome = await ended().catch(() => undefined);
        if (outcome !== undefined) return outcome;
      }
    };
    try {
      return await Promise.race([entry.watch.ended(job, both), looks()]);
    } finally {
      over.abort();
      if (--entry.steps === 0) this.#watches.delete(run);
    }
  }
}
