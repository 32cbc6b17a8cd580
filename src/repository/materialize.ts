import { checkRetryPolicy } from "../retry.ts";
import type { RunOwner } from "../run/owner.ts";
import { checkPlaces } from "../run/places.ts";
import { type Plan, planOf, runSelection } from "../run/plan.ts";
import { type RunResult, run } from "../run/run.ts";
import type { RunEnvironment } from "../run/run-environment.ts";
import { beginPlanned } from "./begin.ts";
import type { RepositoryContext } from "./context.ts";
import type { Resumed } from "./resume.ts";
import { orThrow } from "./run-error.ts";
import { exactSelection } from "./selection.ts";
import type { MaterializeOptions } from "./types.ts";

/** Begins a run, goes on with one or resumes one, and makes it. @throws as `repository.materialize` */
export async function materialize(context: RepositoryContext, options: MaterializeOptions): Promise<RunResult> {
  const { raiseOnError = true, resume: which, leaseMs = context.leaseMs, signal, onProgress, retry, timeoutMs, tags, ...others } = options;
  const { runId, executor, skipUnchanged, ...selection } = others;
  const { graph, storage } = context;
  checkRetryPolicy(retry, "the run", "SettingsError");
  const loadingContext = await context.loadingContext();
  const plannedAt = new Date(loadingContext.now);
  const environment = context.environment({ signal, onProgress, retry, timeoutMs, executor, skipUnchanged, plannedAt });
  const ownerOptions = { ...environment, leaseMs };
  if (runId !== undefined || which) {
    const { knownRun, resumeOrCancel } = await import("./later.ts");
    const known = runId === undefined ? undefined : await knownRun(runId, graph, ownerOptions);
    if (known?.result !== undefined) return orThrow(known.result, raiseOnError, environment.signal);
    if (known?.kept !== undefined) return runPlan(known.kept.plan, known.kept.owner, { ...environment, ...known.kept }, raiseOnError);
    const resume = which ?? known?.resume;
    const resumed = resume && (await resumeOrCancel(resume, graph, selection, tags, loadingContext, environment, ownerOptions));
    if (resumed) return runPlan(resumed.plan, resumed.owner, environment, raiseOnError, resumed);
  }
  const exact = await exactSelection(graph, selection, loadingContext, storage);
  const plan = planOf(graph, exact, loadingContext);
  await checkPlaces(plan, environment);
  const start = { tags: tags ?? {}, selection: runSelection(exact, skipUnchanged), runId };
  const owner = await beginPlanned(plan, start, loadingContext, graph, environment, ownerOptions);
  return runPlan(plan, owner, environment, raiseOnError);
}

/** Runs a plan for the owner of its run. */
export async function runPlan(
  plan: Plan,
  owner: RunOwner,
  environment: Omit<RunEnvironment, "owner">,
  raiseOnError: boolean,
  earlier?: Resumed,
): Promise<RunResult> {
  const skipUnchanged = environment.skipUnchanged ?? owner.run.selection?.skipUnchanged;
  const result = await run(plan, { ...environment, skipUnchanged, owner, signal: owner.signal }, earlier);
  return orThrow(result, raiseOnError, environment.signal, owner.lost);
}
