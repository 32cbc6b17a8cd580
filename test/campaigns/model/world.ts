/** What the processes share: the records, the objects, the announcements, the owners of the runs, and a network. */
import type { Step } from "./explore.ts";

/** The id of a write; after `=` stands what it really was made from, such as `P1.1=u0`. */
export type Write = string;

export interface Recorded {
  readonly asset: string;
  readonly write: Write;
  readonly run: string;
  /** What the record says that it was made from. */
  readonly from: string;
  readonly isAdopted?: true;
}

export interface Intent extends Recorded {
  /** The number of the latest record when it was announced. */
  readonly base: number;
}

/** A precondition of a commit. The number of a record is its place in the log, from 1. */
export type Condition =
  | { readonly rule: "owner"; readonly run: string; readonly is: string | undefined }
  | { readonly rule: "claim"; readonly run: string; readonly asset: string; readonly is: string | undefined }
  | { readonly rule: "latest"; readonly asset: string; readonly is: number }
  | { readonly rule: "intent"; readonly write: Write };

export type Request =
  | { readonly kind: "put"; readonly asset: string; readonly write: Write; readonly expected: string; readonly base: number }
  | {
      readonly kind: "commit";
      readonly what: string;
      readonly conditions: readonly Condition[];
      /** Who commits for a run: its owner, or a worker below it; left out when another process records the write. */
      readonly as?: { readonly run: string; readonly owner: string; readonly worker?: { readonly name: string; readonly asset: string } };
      /** The claim of a step that a worker takes, renews or ends. */
      readonly claims?: { readonly run: string; readonly asset: string; readonly is: string };
      /** Whether a worker takes the claim with this commit. */
      readonly isFirst?: boolean;
      readonly owner?: { readonly run: string; readonly is: string | undefined };
      readonly starts?: { readonly run: string; readonly asset: string };
      readonly announces?: Intent;
      readonly records?: Recorded;
      readonly forgets?: readonly Write[];
    };

/** One process. What it knows depends on where it is. */
export interface Process {
  readonly at: string;
  readonly run: string;
  /** Which asset of its plan it makes. */
  readonly index: number;
  readonly [known: string]: unknown;
}

/** What every model has: processes, a network and faults. */
export interface Common<Asked> {
  /** What values are made from. */
  readonly input: number;
  readonly network: readonly Asked[];
  readonly processes: Readonly<Record<string, Process>>;
  readonly left: Faults;
}

export interface State extends Common<Request> {
  readonly log: readonly Recorded[];
  readonly objects: Readonly<Record<string, { readonly write: Write; readonly etag: string }>>;
  readonly intents: Readonly<Record<Write, Intent>>;
  readonly owners: Readonly<Record<string, string | undefined>>;
  /** The worker that makes a step, by run and asset; `ended` when its outcome is recorded. */
  readonly claims: Readonly<Record<string, string | undefined>>;
  readonly broken: readonly string[];
}

/** How many faults may happen. */
export interface Faults {
  readonly kills: number;
  readonly lost: number;
  readonly late: number;
  readonly changes: number;
}

/** How a case is explored. */
export interface Options {
  readonly etags: "write" | "content" | "none";
  readonly plans: Readonly<Record<string, readonly string[]>>;
  /** The rule that is left out. */
  readonly without: string | undefined;
}

/** What a process does next: a step of its own, or a request and what it makes of the answer. */
export type Action<Asked = Request> =
  | { readonly label: string; readonly next: Process }
  | { readonly label: string; readonly request: Asked; readonly answered: (answer: "done" | "refused" | "none") => Process };

export const truthOf = (write: Write): string => write.split("=")[1] as string;

/** The number of the latest record of an asset; 0 without one. */
export function latestOf({ log }: State, asset: string): number {
  return log.findLastIndex((each) => each.asset === asset) + 1;
}

/** The key of the claim of a step. */
export const stepOf = (run: string, asset: string): string => `${run}/${asset}`;

const hasEnded = ({ at }: Process): boolean => at === "done" || at === "failed" || at === "dead";

/** Whether nothing happens any more. */
export function isOver({ processes, network }: Common<unknown>): boolean {
  return network.length === 0 && Object.values(processes).every((each) => hasEnded(each) || each.at === "waits");
}

/** Does a request. Returns undefined when it is refused. */
export function perform(state: State, request: Request, { etags, without }: Options): State | undefined {
  if (request.kind === "put") {
    const { asset, write, expected, base } = request;
    if (etags !== "none" && without !== "conditions" && (state.objects[asset]?.etag ?? "") !== expected) return undefined;
    const etag = etags === "content" ? truthOf(write) : write;
    const latest = latestOf(state, asset);
    const isOlder = latest > base && state.log[latest - 1]?.write !== write;
    return broken(
      { ...state, objects: { ...state.objects, [asset]: { write, etag } } },
      isOlder && "I2: an older value replaces a newer record",
    );
  }
  for (const condition of request.conditions) {
    if (condition.rule === without) continue;
    if (condition.rule === "owner" && state.owners[condition.run] !== condition.is) return undefined;
    if (condition.rule === "claim" && state.claims[stepOf(condition.run, condition.asset)] !== condition.is) return undefined;
    if (condition.rule === "latest" && latestOf(state, condition.asset) !== condition.is) return undefined;
    if (condition.rule === "intent" && state.intents[condition.write] === undefined) return undefined;
  }
  const { as, owner, claims, starts, announces, records, forgets = [] } = request;
  let next = state;
  if (as && !owner?.is) next = broken(next, state.owners[as.run] !== as.owner && "I4: two owners commit for one run");
  if (as?.worker) {
    const held = state.claims[stepOf(as.run, as.worker.asset)];
    const isOthers = request.isFirst ? held === "ended" : held !== as.worker.name;
    next = broken(next, isOthers && "I8: a worker commits for a step that is not its own any more");
  }
  // A new owner, and the end of a run, end the claims of its steps.
  if (owner) {
    const others = Object.entries(next.claims).filter(([step]) => !step.startsWith(stepOf(owner.run, "")));
    next = { ...next, owners: { ...next.owners, [owner.run]: owner.is }, claims: Object.fromEntries(others) };
  }
  if (claims) next = { ...next, claims: { ...next.claims, [stepOf(claims.run, claims.asset)]: claims.is } };
  if (starts) {
    const isMade = state.log.some(({ run, asset }) => run === starts.run && asset === starts.asset);
    next = broken(next, isMade && "I3: a run begins a step that it has recorded");
  }
  if (announces) next = { ...next, intents: { ...next.intents, [announces.write]: announces } };
  if (forgets.length > 0)
    next = { ...next, intents: Object.fromEntries(Object.entries(next.intents).filter(([write]) => !forgets.includes(write))) };
  if (!records) return next;
  // Where etags name content, equal bytes are recorded again without a write.
  const isAgain = next.log.some((each) => each.write === records.write && (etags !== "content" || each.run === records.run));
  next = broken(next, isAgain && "I9: a write is recorded twice");
  next = broken(
    next,
    records.from !== truthOf(records.write) && (records.isAdopted ? "I6: an adopted record differs" : "I7: wrong inputs are recorded"),
  );
  return { ...next, log: [...next.log, records] };
}

/** A state that violates something, unless the name is false. */
export function broken<Any extends { readonly broken: readonly string[] }>(state: Any, name: string | false): Any {
  return name === false || state.broken.includes(name) ? state : { ...state, broken: [...state.broken, name].sort() };
}

/** Every step that any process, the network or a fault can take. */
export function* stepsOf<Asked, Any extends Common<Asked>>(
  state: Any,
  does: (state: Any, request: Asked) => Any | undefined,
  actionOf: (state: Any, process: Process, name: string) => Action<Asked> | undefined,
  nameOf: (request: Asked) => string,
): Iterable<Step<Any>> {
  for (const [name, process] of Object.entries(state.processes)) {
    const action = hasEnded(process) ? undefined : actionOf(state, process, name);
    if (action === undefined) continue;
    const label = `${name} ${action.label}`;
    const goOn = (from: Any, next: Process): Any => ({
      ...from,
      // A process that has ended knows nothing any more but what it was told.
      processes: { ...from.processes, [name]: hasEnded(next) ? { at: next.at, run: next.run, index: 0, told: next["told"] } : next },
    });
    const isKillable = state.left.kills > 0 && process.at !== "waits";
    const killed = (): Any => {
      const left = { ...state.left, kills: state.left.kills - 1 };
      return goOn({ ...state, left }, { ...process, at: "dead" });
    };
    if (isKillable) yield { label: `kill ${name} before it ${action.label}`, state: killed() };
    if ("next" in action) {
      yield { label, state: goOn(state, action.next) };
      continue;
    }
    const { request, answered } = action;
    const under = (from: Any): Any => ({ ...from, network: [...from.network, request] });
    if (isKillable) yield { label: `kill ${name} when it ${action.label}, under way`, state: under(killed()) };
    const after = does(state, request);
    yield { label: `${label}${after ? "" : ": refused"}`, state: goOn(after ?? state, answered(after ? "done" : "refused")) };
    const { lost, late } = state.left;
    if (lost > 0 && after)
      yield {
        label: `${label}: done without an answer`,
        state: goOn({ ...after, left: { ...state.left, lost: lost - 1 } }, answered("none")),
      };
    if (late > 0)
      yield { label: `${label}: late`, state: goOn(under({ ...state, left: { ...state.left, late: late - 1 } }), answered("none")) };
  }
  for (const [index, request] of state.network.entries()) {
    const arrived = { ...state, network: state.network.toSpliced(index, 1) };
    const after = does(arrived, request);
    yield { label: `late: ${nameOf(request)}${after ? "" : ", refused"}`, state: after ?? arrived };
  }
  if (state.left.changes > 0)
    yield {
      label: "the input changes",
      state: { ...state, input: 1 - state.input, left: { ...state.left, changes: state.left.changes - 1 } },
    };
}

/** What a state violates: at its end also what one look by anybody cannot mend. */
export function violationsOf(state: State, { etags, plans }: Options): readonly string[] {
  const names = [...state.broken].filter((name) => etags === "write" || !name.startsWith("I2"));
  if (!isOver(state)) return names;
  for (const asset of new Set(Object.values(plans).flat())) {
    const stored = state.objects[asset]?.write;
    const recorded = state.log[latestOf(state, asset) - 1]?.write;
    // A look records what was announced. Without conditions it reports what was recorded before, or announced for an older record.
    const isMended = stored !== undefined && state.intents[stored] !== undefined;
    const isReported = etags !== "write" && state.log.some(({ write }) => write === stored);
    if (stored !== recorded && !isMended && !isReported) names.push("I1: the record and the value differ");
  }
  for (const { told } of Object.values(state.processes))
    for (const write of (told ?? []) as readonly Write[])
      if (!state.log.some((each) => each.write === write)) names.push("I5: what was acknowledged is not recorded");
  return names;
}
