/** The step protocol: what crosses to a worker and back is small JSON. Values never do. */
import { EdgewaterError } from "../errors.ts";
import type { PartitionKey } from "../partition/partition-key.ts";
import type { PartitionLoadingContext } from "../partition/partitions-definition.ts";
import { checkRetryPolicy, type RetryPolicy } from "../retry.ts";
import type { Graph } from "./graph.ts";
import { labelOf, loadOf, type Step, stepId } from "./plan.ts";

/** The version of the protocol. */
const version = 1;

/**
 * One step of a run, as JSON: everything with which any process that has the same assets and reaches the same Storage and stores
 * makes it. Receivers ignore fields that they do not know.
 */
export interface StepRequest {
  /** The version of the protocol. */
  readonly protocol: 1;
  /** The run. */
  readonly runId: string;
  /** The token of the run's owner. Nothing is recorded for another owner. */
  readonly owner: string;
  /** The step: unique in its run. */
  readonly step: string;
  /** The name of its asset, task or multi-asset. */
  readonly computation: string;
  /** The names of the outputs to make. */
  readonly outputs: readonly string[];
  /** The display forms of the partitions to make; left out without partitions. */
  readonly partitionKeys?: readonly string[] | undefined;
  /** The number of the delivery, from 1. A later delivery takes the step over from an earlier one. */
  readonly attempt: number;
  /** The id of the event with which the run began: every event of the run has a greater one. */
  readonly since: number;
  /** The time for which the run was planned, in milliseconds since 1970-01-01T00:00:00Z: partitions are resolved as of then. */
  readonly plannedAt: number;
  /** The time that each attempt of the function has in this run, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** The retries in this run. */
  readonly retry?: Omit<RetryPolicy, "retryOn"> | undefined;
}

/** How a step ended, as JSON: it refers to recorded events. */
export interface StepOutcome {
  /** The version of the protocol. */
  readonly protocol: 1;
  /** The run. */
  readonly runId: string;
  /** The step. */
  readonly step: string;
  /** `ended`: its outcome is recorded. `busy`: another worker makes it. `superseded`: a later delivery has taken it over. */
  readonly status: "ended" | "busy" | "superseded";
  /** Of a step that has ended: the ids of the `Materialization`, `Observation` or `StepFailure` of its outputs, by their ids. */
  readonly outputs: Readonly<Record<string, number>>;
}

/** What the requests of a run have in common. */
export interface RequestBase extends Pick<StepRequest, "runId" | "owner" | "since" | "plannedAt" | "timeoutMs" | "retry"> {}

/** The request that sends a step to a worker. */
export function requestOf(step: Step, attempt: number, { runId, owner, since, plannedAt, timeoutMs, retry }: RequestBase): StepRequest {
  return {
    protocol: version,
    runId,
    owner,
    step: stepId(step),
    computation: step.computation.name,
    outputs: step.outputs.map(({ name }) => name),
    ...(step.keys && { partitionKeys: step.keys.map(String) }),
    attempt,
    since,
    plannedAt,
    ...(timeoutMs !== undefined && Number.isFinite(timeoutMs) && { timeoutMs }),
    ...(retry && { retry: asJson(retry) }),
  };
}

/** A policy whose numbers JSON has: it has no infinity. */
function asJson(policy: Omit<RetryPolicy, "retryOn">): Omit<RetryPolicy, "retryOn"> {
  const finite = (value: unknown): unknown => (value === Number.POSITIVE_INFINITY ? Number.MAX_VALUE : value);
  return Object.fromEntries(Object.entries(policy).map(([name, value]) => [name, finite(value)]));
}

/** The outcome of a step with this status. */
export function outcomeWith(
  { runId, step }: Pick<StepRequest, "runId" | "step">,
  status: StepOutcome["status"],
  outputs: StepOutcome["outputs"] = {},
): StepOutcome {
  return { protocol: version, runId, step, status, outputs };
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isText);
const isTime = (value: unknown): boolean => typeof value === "number" && !Number.isNaN(new Date(value).getTime());
const isDuration = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isOptional =
  (check: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    value === undefined || check(value);

const fields: { readonly [Name in keyof Required<Omit<StepRequest, "protocol">>]: readonly [(value: unknown) => boolean, string] } = {
  runId: [isText, "a text"],
  owner: [isText, "a text"],
  step: [isText, "a text"],
  computation: [isText, "a text"],
  outputs: [isTexts, "an array of one or more names"],
  partitionKeys: [isOptional(isTexts), "an array of one or more partition keys"],
  since: [(value) => Number.isInteger(value), "the id of an event"],
  attempt: [(value) => Number.isInteger(value) && (value as number) >= 1, "a whole number above zero"],
  plannedAt: [isTime, "a time in milliseconds"],
  timeoutMs: [isOptional(isDuration), "a number of milliseconds"],
  retry: [isOptional((value) => typeof value === "object" && value !== null), "a retry policy"],
};

/**
 * Checks a request that has come from elsewhere.
 *
 * @throws `NotSupported` for another version of the protocol, `SettingsError` for a field that is missing or has a wrong type
 */
export function checkRequest(request: unknown): asserts request is StepRequest {
  const given = typeof request === "object" && request !== null ? (request as Readonly<Record<string, unknown>>) : {};
  if (given["protocol"] !== undefined && given["protocol"] !== version) {
    const message = `Cannot run a step: its request has version ${JSON.stringify(given["protocol"])} of the step protocol, and this edgewater has version ${version}; use the same edgewater in the worker and in what sends steps to it`;
    throw new EdgewaterError("NotSupported", message, { field: "protocol" });
  }
  const wrong = Object.entries(fields).find(([name, [isValid]]) => !isValid(given[name]));
  const field = wrong?.[0] ?? (given["protocol"] === undefined ? "protocol" : undefined);
  if (field === undefined) return checkRetryPolicy(knownOf(given["retry"] as RetryPolicy | undefined), "a step request", "SettingsError");
  const expected = wrong?.[1][1] ?? String(version);
  throw new EdgewaterError("SettingsError", `Invalid ${field} of a step request; expected ${expected}`, { field });
}

/** A policy without the fields that only a later version knows. */
function knownOf(policy: RetryPolicy | undefined): RetryPolicy | undefined {
  if (policy === undefined) return undefined;
  const { maxRetries, delayMs, factor, maxDelayMs, maxElapsedMs, jitter } = policy;
  return { maxRetries, delayMs, factor, maxDelayMs, maxElapsedMs, jitter } as RetryPolicy;
}

/** Which step of a graph is meant. */
type StepDescription = Pick<StepRequest, "step" | "computation" | "outputs" | "partitionKeys">;

/**
 * The step that a request describes, in the graph of the repository that makes it.
 *
 * @throws `GraphError` when the repository lacks the asset or one of the outputs, or has other partitions: it runs other code
 */
export function stepOf(request: StepDescription, graph: Graph, loadingContext: PartitionLoadingContext): Step {
  const computation = graph.nodes.get(request.outputs[0] ?? "")?.computation;
  if (computation?.name !== request.computation)
    throw otherCode(
      request,
      `this repository has nothing that is named ${JSON.stringify(request.computation)} and makes ${quoted(request.outputs)}`,
    );
  const unknown = request.outputs.find((output) => !computation.outputs.some(({ name }) => name === output));
  if (unknown !== undefined) throw otherCode(request, `here ${JSON.stringify(computation.name)} has no output ${JSON.stringify(unknown)}`);
  const { partitions, inputs } = computation;
  if ((partitions === undefined) !== (request.partitionKeys === undefined))
    throw otherCode(request, `here ${JSON.stringify(computation.name)} has ${partitions === undefined ? "no " : ""}partitions`);
  const keys: readonly PartitionKey[] | undefined = partitions && request.partitionKeys?.map((key) => partitions.read(key));
  const outputs = computation.outputs.filter(({ name }) => request.outputs.includes(name));
  const loads = inputs.map((spec) => loadOf(spec, computation, keys, loadingContext));
  return { label: labelOf(computation.name, keys), computation, keys, outputs, loads, after: [] };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}

function otherCode({ step, computation }: StepDescription, reason: string): EdgewaterError<"GraphError"> {
  const message = `Cannot run the step ${JSON.stringify(step)}: ${reason}; the worker runs other code than what sent the step; deploy the same assets to both`;
  return new EdgewaterError("GraphError", message, { asset: computation });
}
