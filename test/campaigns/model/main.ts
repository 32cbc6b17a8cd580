/**
 * `npm run model [--case <text>] [--store write|content|none] [--without <rule>] [--most <states>]`: explores every interleaving
 * of a few processes that follow the rules of runs, with processes that are killed, answers that are lost and requests that come
 * late, and checks the invariants in every state. Fails on a violation and prints the shortest way to it. A rule that is left out
 * must lead to a violation; `--without all` tries each. The cases that begin with `history` are those of handlers with history.
 */
import { type Exploration, explore } from "./explore.ts";
import { exploreHistory, historyCases, historyRules } from "./history.ts";
import { protocol, rules } from "./protocol.ts";
import { type Faults, type Options, type Process, perform, type Request, type State, stepsOf, violationsOf } from "./world.ts";

const began = performance.now();

interface Case {
  readonly runs: readonly [name: string, run: string, at: "begins" | "waits" | "is delivered"][];
  readonly plans: Options["plans"];
  readonly faults: Partial<Faults>;
}

const one = { R1: ["a"], R2: ["a"] };
const both = { R1: ["a", "b"], R2: ["a"] };
const takenOver: Case["runs"] = [
  ["P1", "R1", "begins"],
  ["P2", "R2", "begins"],
  ["P3", "R1", "waits"],
];
/** A step of a run that another process has begun, delivered to two workers. */
const delivered: Case["runs"] = [
  ["W1", "R1", "is delivered"],
  ["W2", "R1", "is delivered"],
];
const beside: Case["runs"][number] = ["P2", "R2", "begins"];
const cases: Readonly<Record<string, Case>> = {
  "two runs, the input changes": { runs: takenOver.slice(0, 2), plans: { R1: ["a", "b"], R2: ["a", "b"] }, faults: { changes: 1 } },
  "two runs, a kill": { runs: takenOver.slice(0, 2), plans: both, faults: { kills: 1, changes: 1 } },
  "two runs, an answer is lost and a request late": { runs: takenOver.slice(0, 2), plans: one, faults: { lost: 1, late: 1 } },
  "a run that is taken over, a kill": {
    runs: [takenOver[0], takenOver[2]] as never,
    plans: both,
    faults: { kills: 1, late: 1, changes: 1 },
  },
  "two runs, one is taken over": { runs: takenOver, plans: one, faults: { changes: 1 } },
  "two runs, one is taken over, a request is late": { runs: takenOver, plans: one, faults: { late: 1 } },
  "a step that is delivered twice, a kill": { runs: delivered, plans: one, faults: { kills: 1, late: 1, changes: 1 } },
  "a step that is delivered twice, an answer is lost": { runs: delivered, plans: one, faults: { lost: 1, late: 1 } },
  "a step that is delivered twice, its run is taken over": { runs: [...delivered, takenOver[2] as never], plans: one, faults: { late: 1 } },
  "a step that is delivered twice, another run makes it": { runs: [...delivered, beside], plans: one, faults: { changes: 1 } },
};

const given = new Map<string, string>();
for (let index = 2; index < process.argv.length; index += 2) given.set(process.argv[index] as string, process.argv[index + 1] ?? "");
const most = Number(given.get("--most") ?? 1_000_000);
const chosen = Object.entries(cases).filter(([name]) => name.includes(given.get("--case") ?? ""));
const stores = given.has("--store") ? [given.get("--store") as Options["etags"]] : (["write", "content", "none"] as const);

/** The process that has begun the run of a step that is delivered. */
const orchestrator = "P0";

function start({ runs, faults }: Case): State {
  const processes = runs.map(([name, run, at]): [string, Process] => {
    return [name, { at, run, index: 0, losses: 1, ...(at === "is delivered" && { token: orchestrator }) }];
  });
  const isBegun = runs.some(([, , at]) => at === "is delivered");
  const left = { kills: 0, lost: 0, late: 0, changes: 0, ...faults };
  return {
    log: [],
    objects: {},
    intents: {},
    owners: isBegun ? { R1: orchestrator } : {},
    claims: {},
    input: 0,
    network: [],
    processes: Object.fromEntries(processes),
    left,
    broken: [],
  };
}

const nameOf = (request: Request): string => (request.kind === "put" ? `put ${request.write}` : request.what);

/** Explores one case of runs. Returns the names of the violations. */
function run(name: string, given: Case, etags: Options["etags"], without: string | undefined): readonly string[] {
  const options: Options = { etags, plans: given.plans, without };
  const found = explore(
    start(given),
    (state) => stepsOf(state, (from, request) => perform(from, request, options), protocol(options), nameOf),
    (state) => violationsOf(state, options),
    most,
  );
  return report(`${etags} · ${name}`, found, without);
}

/** Prints what was found. Returns the names of the violations. */
function report(name: string, { states, isComplete, violations }: Exploration, without: string | undefined): readonly string[] {
  const result = violations.size === 0 ? "holds" : `VIOLATED: ${[...violations.keys()].join(", ")}`;
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${name}: ${states} states${isComplete ? "" : " (cut)"} after ${seconds} s, ${result}`);
  if (without === undefined) for (const [violated, way] of violations) console.log([violated, ...way].join("\n    "));
  return [...violations.keys()];
}

const left = given.get("--without");
const all: Readonly<Record<string, string>> = { ...rules, ...historyRules };
if (left !== undefined && left !== "all" && !(left in all)) throw new Error(`Unknown rule ${left}; use one of ${Object.keys(all)}`);
const historical = Object.keys(historyCases).filter((name) => `history: ${name}`.includes(given.get("--case") ?? ""));

/** Explores every chosen case that a rule is about, or all. */
function exploreAll(without: string | undefined): readonly string[] {
  const ofRuns = without === undefined || without in rules;
  const ofHistory = without === undefined || without in historyRules;
  return [
    ...(ofRuns ? stores.flatMap((etags) => chosen.flatMap(([name, each]) => run(name, each, etags, without))) : []),
    ...(ofHistory ? historical.flatMap((name) => report(`history: ${name}`, exploreHistory(name, without, most), without)) : []),
  ];
}

let isWrong = false;
for (const without of left === "all" ? Object.keys(all) : [left]) {
  if (without !== undefined) console.log(`\nwithout the rule that ${all[without]}`);
  const found = exploreAll(without);
  const isExpected = without === undefined ? found.length === 0 : found.length > 0;
  if (!isExpected) console.log(without === undefined ? "a rule is wrong" : `nothing needs the rule ${without}`);
  isWrong ||= !isExpected;
}
process.exitCode = isWrong ? 1 : 0;
