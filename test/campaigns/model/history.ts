/** The rules of history, as `src/repository/history` and `src/run` have them, for one place: who writes, rolls back, prunes, wipes and reads. */
import { type Exploration, explore } from "./explore.ts";
import { type Action, broken, type Common, type Faults, isOver, type Process, stepsOf } from "./world.ts";

/** The rules that can be left out, and what they say. */
export const historyRules = {
  unique: "a write uses a name that no other write uses",
  event: "who records an object that exists requires that the event is still there that names it",
  eventsFirst: "a prune deletes events before objects",
  order: "an orphan is listed first, then looked for among the announcements, then among the events",
  announcement: "a record requires its announcement, which a prune or a wipe may have revoked",
  base: "a resumed run records a version only if nothing was recorded since it was announced",
  again: "a reader that finds no object reads the record again",
} as const;

interface Recorded {
  readonly name: string;
  readonly run: string;
  /** Why it was deleted; left out while it is there. */
  readonly gone?: "pruned" | "wiped";
}

/** A precondition of a commit. The number of an event is its place in the log, from 1. */
type Condition =
  | { readonly owner: string; readonly is: string | undefined }
  | { readonly latest: number }
  | { readonly event: number }
  | { readonly announced: string };

type Request =
  | { readonly kind: "put" | "delete"; readonly what: string; readonly name: string; readonly value: string }
  | {
      readonly kind: "commit";
      readonly what: string;
      readonly conditions: readonly Condition[];
      readonly owner?: { readonly run: string; readonly is: string | undefined };
      readonly announces?: { readonly name: string; readonly run: string; readonly base: number };
      readonly records?: Recorded & { readonly base: number };
      readonly forgets?: readonly string[];
      readonly deletes?: { readonly events: readonly number[]; readonly why: "pruned" | "wiped" };
    };

interface State extends Common<Request> {
  readonly log: readonly Recorded[];
  /** The value of each object. */
  readonly objects: Readonly<Record<string, string>>;
  readonly announced: Readonly<Record<string, { readonly run: string; readonly base: number }>>;
  readonly owners: Readonly<Record<string, string | undefined>>;
  readonly broken: readonly string[];
}

/** The value that a name was made for: `P1.1=u0` has the value u0. */
const madeFrom = (name: string): string => name.split("=").at(-1) as string;
const kept = ({ log }: State): readonly (Recorded & { readonly id: number })[] =>
  log.flatMap((each, index) => (each.gone ? [] : [{ ...each, id: index + 1 }]));

function perform(state: State, request: Request, without: string | undefined): State | undefined {
  if (request.kind !== "commit") {
    const { kind, name, value } = request;
    if (kind === "delete") return { ...state, objects: omit(state.objects, [name]) };
    return state.objects[name] === undefined ? { ...state, objects: sorted({ ...state.objects, [name]: value }) } : undefined;
  }
  for (const condition of request.conditions) {
    if ("owner" in condition && state.owners[condition.owner] !== condition.is) return undefined;
    if ("latest" in condition && state.log.length !== condition.latest) return undefined;
    if ("event" in condition && without !== "event" && state.log[condition.event - 1]?.gone) return undefined;
    if ("announced" in condition && without !== "announcement" && state.announced[condition.announced] === undefined) return undefined;
  }
  const { owner, announces, records, forgets = [], deletes } = request;
  let next = state;
  if (owner) next = { ...next, owners: { ...next.owners, [owner.run]: owner.is } };
  if (announces) next = { ...next, announced: sorted({ ...next.announced, [announces.name]: announces }) };
  if (forgets.length > 0) next = { ...next, announced: omit(next.announced, forgets) };
  if (deletes) {
    const log = next.log.map((each, index) => (deletes.events.includes(index + 1) && !each.gone ? { ...each, gone: deletes.why } : each));
    next = { ...next, log };
  }
  if (!records) return next;
  const { base, ...event } = records;
  next = broken(next, base !== next.log.length && "I2: an older value becomes the newest");
  return { ...next, log: [...next.log, event] };
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function omit<Value>(record: Readonly<Record<string, Value>>, names: readonly string[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function violationsOf(state: State): readonly string[] {
  const names = [...state.broken];
  if (kept(state).some(({ name }) => state.objects[name] !== madeFrom(name))) names.push("H1: an event is kept and its object is gone");
  if (state.log.at(-1)?.gone === "pruned") names.push("H3: the newest version was pruned");
  for (const each of Object.values(state.processes)) if (each.at === "dangling") names.push("H4: a reader finds nothing");
  if (isOver(state))
    for (const { told = 0 } of Object.values(state.processes) as readonly { readonly told?: number }[])
      if (told > state.log.length) names.push("I5: what was acknowledged is not recorded");
  return names;
}

/** What each process does next. */
function actionOf(without: string | undefined) {
  return (state: State, process: Process, name: string): Action<Request> | undefined => {
    const { at, run } = process;
    const to = (next: string, known: Readonly<Record<string, unknown>> = {}): Process => ({ ...process, ...known, at: next });
    const base = process["base"] as number;
    const owns: Condition = { owner: run, is: name };
    type Commit = Omit<Extract<Request, { readonly kind: "commit" }>, "kind" | "what">;
    const commit = (what: string, given: Commit, done: Process, refused: Process, none: Process = refused): Action<Request> => ({
      label: what,
      request: { kind: "commit", what: `${name} ${what}`, ...given },
      answered: (answer) => (answer === "done" ? done : answer === "refused" ? refused : none),
    });
    const again = (): Process => {
      const losses = process["losses"] as number;
      return { at: losses > 0 ? "reads" : "ends", run, index: 0, losses: losses - 1, writes: process["writes"] };
    };

    switch (at) {
      // A run that writes.
      case "begins":
        return commit("begins", { conditions: [{ owner: run, is: undefined }], owner: { run, is: name } }, to("reads"), to("dead"));
      case "waits": {
        const owner = state.owners[run];
        return owner === undefined || owner === name
          ? undefined
          : { label: `sees the owner ${owner}`, next: to("takes over", { seen: owner }) };
      }
      case "takes over": {
        const seen: Condition = { owner: run, is: process["seen"] as string };
        return commit("takes over", { conditions: [seen], owner: { run, is: name } }, to("recovers", { seen: undefined }), to("dead"));
      }
      case "recovers": {
        const [found] = Object.entries(state.announced).find(([, each]) => each.run === run) ?? [];
        if (found === undefined) return { label: "finds no announcement", next: to("reads") };
        return { label: `finds ${found} announced and reads the record`, next: to("looks", { found, base: state.log.length }) };
      }
      case "looks": {
        const found = process["found"] as string;
        const isFirst = state.announced[found]?.base === base || without === "base";
        const isThere = state.objects[found] !== undefined;
        return { label: isThere ? "finds it stored" : "does not find it", next: to(isThere && isFirst ? "adopts" : "drops") };
      }
      case "adopts": {
        const found = process["found"] as string;
        const announcedAt = state.announced[found]?.base ?? base;
        const records = { name: found, run, base: without === "base" ? announcedAt : base };
        const done = to("ends", { told: base + 1, found: undefined });
        return commit(
          `records ${found}`,
          { conditions: [owns, { latest: base }, { announced: found }], records, forgets: [found] },
          done,
          to("drops"),
        );
      }
      case "drops": {
        const found = process["found"] as string;
        const next = to("recovers", { found: undefined, base: undefined });
        return commit(`drops ${found}`, { conditions: [owns], forgets: [found] }, next, to("failed"));
      }
      case "reads": {
        const own = state.log.some((each) => each.run === run && !each.gone);
        return { label: "reads the record", next: own ? to("ends") : to("makes", { base: state.log.length }) };
      }
      case "makes": {
        const value = `u${state.input}`;
        const last = state.log[base - 1];
        // A wiped value is known to be missing.
        const isSame = last !== undefined && madeFrom(last.name) === value && !last.gone;
        const writes = ((process["writes"] as number | undefined) ?? 0) + 1;
        const made = isSame ? last.name : without === "unique" ? value : `${name}.${writes}=${value}`;
        return { label: `makes ${made}`, next: to(isSame ? "records again" : "announces", { made, writes }) };
      }
      case "records again": {
        const made = process["made"] as string;
        const conditions: Condition[] = [owns, { latest: base }, { event: base }];
        return commit(
          `records ${made} again`,
          { conditions, records: { name: made, run, base } },
          to("ends", { told: base + 1 }),
          to("asks why"),
        );
      }
      case "announces": {
        const made = process["made"] as string;
        return commit(
          `announces ${made}`,
          { conditions: [owns, { latest: base }], announces: { name: made, run, base } },
          to("puts"),
          to("asks why"),
        );
      }
      case "puts": {
        const made = process["made"] as string;
        // Under its own name nothing else can be: an object that exists is its own.
        return {
          label: `puts ${made}`,
          request: { kind: "put", what: `${name} puts ${made}`, name: made, value: madeFrom(made) },
          answered: (answer) => to(answer === "none" ? "looks for its put" : "records"),
        };
      }
      case "looks for its put": {
        const isThere = state.objects[process["made"] as string] !== undefined;
        return { label: isThere ? "finds its put" : "does not find its put", next: to(isThere ? "records" : "ends") };
      }
      case "records": {
        const made = process["made"] as string;
        const conditions: Condition[] = [owns, { latest: base }, { announced: made }];
        const records = { name: made, run, base };
        return commit(`records ${made}`, { conditions, records, forgets: [made] }, to("ends", { told: base + 1 }), to("asks why"));
      }
      case "asks why": {
        if (state.log.some((each) => each.run === run && !each.gone)) return { label: "finds its record", next: to("ends") };
        return state.owners[run] === name
          ? { label: "has lost the race", next: to("gives up") }
          : { label: "was taken over", next: to("failed") };
      }
      case "gives up": {
        const made = process["made"] as string;
        return commit(`revokes ${made}`, { conditions: [owns], forgets: [made] }, again(), to("failed"));
      }
      case "ends":
        return commit("ends", { conditions: [owns], owner: { run, is: undefined } }, to("done"), to("failed"));

      // A rollback to the oldest version.
      case "rolls back": {
        const [first, second] = kept(state);
        if (first === undefined || second === undefined) return { label: "finds no earlier version", next: to("done") };
        return { label: "reads the events", next: to("brings back", { base: state.log.length, event: first.id, made: first.name }) };
      }
      case "brings back": {
        const event = process["event"] as number;
        const records = { name: process["made"] as string, run: name, base };
        const conditions: Condition[] = [{ latest: base }, { event }];
        return commit(`rolls back to ${event}`, { conditions, records }, to("done", { told: base + 1 }), to("done"));
      }

      // A prune that keeps the newest version, and a wipe.
      case "prunes": {
        const old = kept(state).filter(({ id }) => id < state.log.length);
        if (old.length === 0) return { label: "finds nothing to prune", next: to("revokes") };
        const next = { base: state.log.length, events: old.map(({ id }) => id), why: "pruned" };
        if (without !== "eventsFirst") return { label: "reads the events", next: to("forgets", next) };
        const names = old.map((each) => each.name).filter((each) => each !== state.log.at(-1)?.name);
        return { label: "reads the events", next: to("deletes", { ...next, names, afterwards: "forgets" }) };
      }
      case "wipes": {
        const all = kept(state).map(({ id }) => id);
        return { label: "reads the events", next: to("forgets", { base: state.log.length, events: all, why: "wiped" }) };
      }
      case "forgets": {
        const events = process["events"] as readonly number[];
        const why = process["why"] as "pruned" | "wiped";
        const conditions: Condition[] = why === "wiped" ? [{ latest: base }] : [];
        // A wipe revokes every announcement, a prune later those of dead runs.
        const forgets = why === "wiped" ? Object.keys(state.announced) : [];
        const next = to(why === "wiped" ? "lists" : "revokes", { events: undefined, base: undefined });
        return commit(`deletes the events ${events}`, { conditions, deletes: { events, why }, forgets }, next, to("done"));
      }
      case "revokes": {
        const [found, announced] = Object.entries(state.announced)[0] ?? [];
        if (found === undefined || announced === undefined) return { label: "finds nothing to revoke", next: to("lists") };
        const conditions: Condition[] = [{ announced: found }, { owner: announced.run, is: undefined }];
        return commit(`revokes ${found}`, { conditions, forgets: [found] }, to("lists"), to("lists"));
      }
      case "lists": {
        const names = Object.keys(state.objects);
        const next = without === "order" ? to("reads events first", {}) : to("reads announcements", { names });
        return { label: "lists", next };
      }
      case "reads events first": {
        const known = kept(state).map((each) => each.name);
        return { label: "reads the events", next: to("lists last", { known }) };
      }
      case "lists last": {
        const known = [...(process["known"] as readonly string[]), ...Object.keys(state.announced)];
        const names = Object.keys(state.objects).filter((each) => !known.includes(each));
        return { label: "lists and reads the announcements", next: to("deletes", { names, known: undefined }) };
      }
      case "reads announcements": {
        const names = (process["names"] as readonly string[]).filter((each) => state.announced[each] === undefined);
        return { label: "reads the announcements", next: to("reads events", { names }) };
      }
      case "reads events": {
        const known = kept(state).map((each) => each.name);
        const names = (process["names"] as readonly string[]).filter((each) => !known.includes(each));
        return { label: "reads the events", next: to("deletes", { names }) };
      }
      case "deletes": {
        const [first, ...names] = process["names"] as readonly string[];
        if (first === undefined)
          return { label: "has deleted all", next: to((process["afterwards"] as string | undefined) ?? "done", { names: undefined }) };
        return {
          label: `deletes ${first}`,
          request: { kind: "delete", what: `${name} deletes ${first}`, name: first, value: "" },
          answered: () => to("deletes", { names }),
        };
      }

      // A reader.
      case "loads": {
        const last = state.log.at(-1);
        if (last === undefined || last.gone) return { label: "finds no record", next: to("done") };
        return { label: `reads the record of ${last.name}`, next: to("gets", { base: state.log.length, made: last.name }) };
      }
      case "gets": {
        const isThere = state.objects[process["made"] as string] !== undefined;
        return {
          label: isThere ? "gets it" : "finds no object",
          next: to(isThere ? "done" : without === "again" ? "dangling" : "reads it again"),
        };
      }
      case "reads it again": {
        const isMoved = state.log.length > base || state.log.at(-1)?.gone !== undefined;
        return { label: isMoved ? "finds another record" : "finds the same record", next: to(isMoved ? "loads" : "dangling") };
      }
    }
    return undefined;
  };
}

type Actor = readonly [name: string, run: string, at: string];

interface Case {
  readonly actors: readonly Actor[];
  /** How many versions are recorded at the beginning. */
  readonly before: number;
  readonly faults: Partial<Faults>;
}

const [writer, other, resumer]: readonly [Actor, Actor, Actor] = [
  ["P1", "R1", "begins"],
  ["P2", "R2", "begins"],
  ["P3", "R1", "waits"],
];
const [prune, prune2, wipe, back, reader]: readonly [Actor, Actor, Actor, Actor, Actor] = [
  ["G1", "", "prunes"],
  ["G2", "", "prunes"],
  ["W", "", "wipes"],
  ["K", "", "rolls back"],
  ["L", "", "loads"],
];

/** The cases, by their names. */
export const historyCases: Readonly<Record<string, Case>> = {
  "two writers, one taken over, a kill, a request late": { actors: [writer, other, resumer], before: 0, faults: { kills: 1, late: 1 } },
  "a writer taken over, a prune, a kill, the input changes": {
    actors: [writer, resumer, prune],
    before: 1,
    faults: { kills: 1, changes: 1 },
  },
  "two writers, a prune, a request late, the input changes": { actors: [writer, other, prune], before: 1, faults: { late: 1, changes: 1 } },
  "a writer, two prunes, a rollback, a kill": { actors: [writer, prune, prune2, back], before: 2, faults: { kills: 1 } },
  "a writer, two prunes, a request late": { actors: [writer, prune, prune2], before: 2, faults: { late: 1 } },
  "a writer, a prune, a rollback, a reader, an answer lost": { actors: [writer, prune, back, reader], before: 2, faults: { lost: 1 } },
  "a writer, a wipe, a reader, a kill, a request late": { actors: [writer, wipe, reader], before: 1, faults: { kills: 1, late: 1 } },
  "a writer, a wipe, a rollback, a prune": { actors: [writer, wipe, back, prune], before: 2, faults: {} },
};

/** Explores one case. */
export function exploreHistory(name: string, without: string | undefined, most: number): Exploration {
  const { actors, before, faults } = historyCases[name] as Case;
  const names = Array.from({ length: before }, (_, index) => `old.${index}=u${before - 1 - index}`);
  const first: State = {
    log: names.map((each) => ({ name: each, run: "R0" })),
    objects: Object.fromEntries(names.map((each) => [each, madeFrom(each)])),
    announced: {},
    owners: {},
    input: 0,
    network: [],
    processes: Object.fromEntries(actors.map(([each, run, at]): [string, Process] => [each, { at, run, index: 0, losses: 1 }])),
    left: { kills: 0, lost: 0, late: 0, changes: 0, ...faults },
    broken: [],
  };
  const action = actionOf(without);
  return explore(
    first,
    (state) =>
      stepsOf<Request, State>(
        state,
        (from, request) => perform(from, request, without),
        action,
        ({ what }) => what,
      ),
    violationsOf,
    most,
  );
}
