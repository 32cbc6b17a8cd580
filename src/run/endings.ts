/** How the outputs of a step ended, as the events of its run say. */
import type { AnyEvent, EventType, NewEvent, StepEvent, Storage, StoredEvent } from "../storage/types.ts";
import type { Outcome, StepDecision } from "./executor.ts";
import { outputId, outputIds, type Step, stepId } from "./plan.ts";
import type { StepRequest } from "./protocol.ts";
import { errorOf } from "./thrown-from.ts";

/** How an output ended. */
export interface Ending {
  /** Its `Materialization`, `Observation` or `StepFailure`: of an unchanged step the one that was made before and counts. */
  readonly event: AnyEvent;
  /** Of a step with `skipUnchanged`: whether it was skipped, and why. */
  readonly decision: StepDecision | undefined;
}

const noLimit = 1e9;
const types: readonly EventType[] = ["Materialization", "Observation", "StepFailure", "StepStart", "StepSkipped"];

/** How each output of a step ended in its run, by the ids of the outputs. One that has not ended is left out. */
export async function endingsOf(
  { runId, since }: Pick<StepRequest, "runId" | "since">,
  step: Step,
  storage: Storage,
): Promise<ReadonlyMap<string, Ending>> {
  const { computation, outputs, keys } = step;
  const partition = keys?.length === 1 ? keys[0] : undefined;
  const options = { runId, after: since, types, limit: noLimit, ...(partition && { partition }) };
  const names = new Set([computation.name, ...outputs.map(({ name }) => name)]);
  const events = (await Promise.all([...names].map((name) => storage.getEventsForAsset(name, options)))).flat();
  // The events of an asset are in order, the last one first. Those about the step have the name of its function.
  const own = events.filter((event) => isOfStep(event, step));
  const [last] = own;
  if (last !== undefined && isUnchanged(last)) return unchangedEndings(last, step, storage);
  const reason = own.find(({ eventType, reason }) => eventType === "StepStart" && reason !== undefined)?.reason;
  const decision = reason === undefined ? undefined : { isSkipped: false, reason };
  const ids = new Set(outputIds(step));
  const found = new Map<string, Ending>();
  for (const event of events) {
    const id = outputId(event.assetKey as string, event.partitionKey);
    if (!found.has(id) && ids.has(id) && (isSuccess(event) || event.eventType === "StepFailure")) found.set(id, { event, decision });
  }
  return found;
}

/** The endings of a step that was skipped because nothing had changed: what was made last before that. */
async function unchangedEndings(
  { id: before, reason = "" }: StepEvent,
  { outputs, keys }: Step,
  storage: Storage,
): Promise<ReadonlyMap<string, Ending>> {
  const decision = { isSkipped: true, reason };
  const places = outputs.flatMap(({ name }) => (keys ?? [undefined]).map((key) => ({ name, key })));
  const found = await Promise.all(
    places.map(async ({ name, key }): Promise<[string, Ending][]> => {
      const options = { types: ["Materialization"], before, limit: 1, ...(key && { partition: key }) } as const;
      const [event] = await storage.getEventsForAsset(name, options);
      return event === undefined ? [] : [[outputId(name, key), { event, decision }]];
    }),
  );
  return new Map(found.flat());
}

/** The outcome of an output that has ended; undefined for one that has not. */
export function endedOutcome(ending: Ending | undefined): Exclude<Outcome, { readonly status: "skipped" }> | undefined {
  if (ending === undefined) return undefined;
  const { event, decision } = ending;
  return isSuccess(event) ? { status: "success", event, decision } : { status: "failure", error: errorOf(event), decision };
}

/** Whether an event says that a step has started, or was skipped. */
function isOfStep(event: AnyEvent, step: Step): event is StepEvent {
  const { eventType, assetKey, partitionKey } = event;
  if (eventType !== "StepStart" && eventType !== "StepSkipped") return false;
  return assetKey !== undefined && outputId(assetKey, partitionKey) === stepId(step);
}

/** Whether an event says that a step was skipped because nothing had changed: what was made before counts as success. */
export function isUnchanged(event: AnyEvent | NewEvent): boolean {
  return event.eventType === "StepSkipped" && event.unchanged === true;
}

/** Whether an event is a success of an output. */
export function isSuccess(event: AnyEvent): event is StoredEvent {
  return event.eventType === "Materialization" || event.eventType === "Observation";
}
