/**
 * A year of a few processes that automate the same assets, simulated: inputs change, code is deployed, processes are killed, and
 * evaluations overlap. At the end, and at moments between, everything must be made from the latest inputs, and nothing twice.
 */
import {
  asset,
  type Condition,
  condition,
  dailyPartitions,
  externalAsset,
  input,
  MemoryStore,
  monthlyPartitions,
  Observation,
  PartitionMapping,
  Repository,
  Storage,
  type StoredEvent,
  SuperJsonIOHandler,
  staticPartitions,
} from "edgewater";
import { condition as cron } from "edgewater/cron";
import { randomOf } from "../random.ts";
import { Network, Process } from "./network.ts";

/** What to simulate. */
export interface SimulationOptions {
  readonly seed: number;
  readonly days: number;
  /** The longest time between two evaluations, in minutes. */
  readonly stepMinutes: number;
}

/** What came of a simulation. */
export interface SimulationReport {
  readonly violations: readonly string[];
  /** How often what has happened. */
  readonly counts: Readonly<Record<string, number>>;
}

const minute = 60_000;
const day = 1440 * minute;
const start = Date.UTC(2025, 0, 1);
const timeZone = "America/New_York";
const cronTime = { timeZone: "Europe/Berlin" };

/** What the assets of all deployments share. */
interface Outside {
  feed: number;
  source: number;
  isRaining: boolean;
}

/** The code of one deployment. */
interface Code {
  readonly wrap: number;
  readonly hasInput: boolean;
  readonly hasAll: boolean;
}

/** The same condition, written in other ways. */
function rewritten(eager: Condition, { wrap }: Code): Condition {
  const { and, not, or, inProgress } = condition;
  const forms = [eager, and(eager, not(inProgress())), or(eager, and(eager, eager)), not(not(eager)), and(not(inProgress()), or(eager))];
  return forms[wrap % forms.length] as Condition;
}

function deploy(outside: Outside, store: MemoryStore, code: Code) {
  const ioHandler = new SuperJsonIOHandler({ store });
  const eager = { automationCondition: rewritten(condition.eager(), code) };
  const regions = staticPartitions(["eu", "us"]);
  const feed = externalAsset({ name: "feed", ioHandler, automationCondition: cron.onCron("0 * * * *") }, () =>
    Observation({ dataVersion: `feed ${outside.feed}` }),
  );
  const source = asset({ name: "source" }, () => ++outside.source);
  const sales = asset({ name: "sales", partitions: regions }, () => ++outside.source);
  // The feed is not loaded: it is seen to have changed by its observations.
  const a = asset({ name: "a", inputs: { source }, ...eager }, ({ source }) => `a of ${source}`);
  const b = asset({ name: "b", inputs: code.hasInput ? { a, source } : { a }, ...eager }, ({ a }) => `b of ${a}`);
  const c = asset({ name: "c", inputs: { a, b }, ...eager }, ({ a, b }) => `c of ${a} and ${b}`);
  const report = asset({ name: "report", partitions: regions, inputs: { sales }, ...eager }, ({ sales }) => `report of ${sales}`);
  const flaky = asset({ name: "flaky", inputs: { source }, ...eager }, ({ source }) => {
    if (outside.isRaining) throw new Error("it rains");
    return `flaky of ${source}`;
  });
  const morning = asset({ name: "morning", automationCondition: cron.onCron("0 6 * * *", cronTime) }, () => 1);
  const both = [feed, source, sales, a, b, report, flaky, morning];
  if (!code.hasAll) return { assets: both, ioHandler };
  const all = PartitionMapping.all();
  const total = asset(
    { name: "total", inputs: { report: input(report, { partitionMapping: all, missing: "skip" }) }, ...eager },
    async ({ report }) => [...(await report.toMap()).values()].join(),
  );
  const daily = asset(
    {
      name: "daily",
      partitions: dailyPartitions({ start: "2025-01-01", timeZone, windows: "ended" }),
      automationCondition: condition.eager(),
    },
    (_, { partitionKey }) => partitionKey,
  );
  const monthly = asset(
    {
      name: "monthly",
      partitions: monthlyPartitions({ start: "2025-01", timeZone, windows: "ended" }),
      inputs: { daily: input(daily, { partitionMapping: PartitionMapping.windowsWithin() }) },
      automationCondition: condition.eager(),
    },
    async ({ daily }) => (await daily.toMap()).size,
  );
  return { assets: [...both, c, total, daily, monthly], ioHandler };
}

/** One simulation. */
class Simulation {
  readonly violations: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly #random: () => number;
  readonly #storage = Storage.memory();
  readonly #store = new MemoryStore();
  readonly #network: Network;
  readonly #outside: Outside = { feed: 0, source: 0, isRaining: false };
  readonly #codes: [Code, Code] = [
    { wrap: 0, hasInput: false, hasAll: true },
    { wrap: 0, hasInput: false, hasAll: false },
  ];
  #now = start + minute;
  /** The ticks that have passed since the first evaluation of each asset by cron. */
  #evaluatedFrom: number | undefined;

  constructor(seed: number) {
    this.#random = randomOf(seed);
    this.#network = new Network(this.#storage, this.#store, this.#random);
  }

  async run(days: number, stepMinutes: number): Promise<void> {
    const { clock } = this.#network;
    clock.install();
    try {
      await this.#change("source");
      for (const region of ["eu", "us"]) await this.#change("sales", region);
      let calm = this.#now + 3 * day;
      while (this.#now < start + days * day) {
        await this.#happen();
        await this.#round(this.#random() < 0.6);
        this.#pass(minute + this.#random() * stepMinutes * minute);
        if (this.#now < calm) continue;
        await this.#settle();
        calm = this.#now + 3 * day;
      }
      await this.#settle();
      await this.#checkHistory();
    } finally {
      clock.restore();
    }
  }

  /** Inputs change, code is deployed, the weather changes. */
  async #happen(): Promise<void> {
    const chance = this.#random();
    if (chance < 0.2) await this.#change("source");
    else if (chance < 0.35) await this.#change("sales", this.#random() < 0.5 ? "eu" : "us");
    else if (chance < 0.45) this.#outside.feed++;
    else if (chance < 0.55) this.#outside.isRaining = this.#random() < 0.5;
    else if (chance < 0.65) {
      const which = this.#random() < 0.5 ? 0 : 1;
      this.#codes[which] = { ...this.#codes[which], wrap: Math.floor(this.#random() * 5), hasInput: this.#random() < 0.5 };
      this.#count("deployments");
    }
  }

  /** Both processes automate once, at the same time or one of them. A killed one is started anew for the next round. */
  async #round(mayKill: boolean): Promise<void> {
    const work = new Map<Process, () => Promise<unknown>>();
    const kills = new Map<Process, number | "put">();
    const chance = this.#random();
    for (const [index, code] of this.#codes.entries()) {
      if (chance < 0.25 && index === 0) continue;
      if (chance > 0.75 && index === 1) continue;
      const process = new Process(`process ${index}`);
      const now = new Date(this.#now);
      work.set(process, async () => {
        const deployed = deploy(this.#outside, this.#network.storeOf(process), code);
        const repository = await Repository.open({ ...deployed, storage: this.#network.storageOf(process) });
        return repository.automate({ now });
      });
      if (mayKill && this.#random() < 0.5) kills.set(process, this.#random() < 0.3 ? "put" : 1 + Math.floor(this.#random() ** 2 * 150));
    }
    this.#evaluatedFrom ??= this.#now;
    await this.#network.run(work, kills);
    this.#count("rounds");
    for (const { isDead, outcome } of work.keys()) {
      if (isDead) this.#count("kills");
      else if (outcome !== undefined && "error" in outcome) this.violations.push(`a round throws ${String(outcome.error)}`);
    }
  }

  /** Nothing happens any more, until everything is made. */
  async #settle(): Promise<void> {
    this.#outside.isRaining = false;
    for (let round = 0; round < 12; round++) {
      this.#pass(3 * minute);
      await this.#round(false);
    }
    await this.#checkLatest();
  }

  #pass(ms: number): void {
    this.#now += Math.round(ms);
    this.#network.pass(Math.round(ms));
  }

  async #change(name: string, partitionKey?: string): Promise<void> {
    const repository = await Repository.open({ ...deploy(this.#outside, this.#store, this.#codes[0]), storage: this.#storage });
    const process = new Process("outside");
    const run = () => repository.materialize({ selection: [name], ...(partitionKey && { partitionKey }) });
    await this.#network.run(new Map([[process, run]]), new Map());
    this.#count("updates");
  }

  #count(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }

  /** None is missed: everything is made from the latest inputs. */
  async #checkLatest(): Promise<void> {
    const at = new Date(this.#now).toISOString();
    const stale = await this.#storage.computeStaleness({ partitions: true });
    const ended = ({ asset, partition }: { readonly asset: string; readonly partition: string | undefined }): boolean =>
      asset !== "flaky" && !(asset === "monthly" && partition === undefined);
    for (const each of stale) {
      if (each.status === "UpToDate" || !ended(each) || each.asset === "feed" || each.asset === "morning") continue;
      if (each.status === "Missing" && (each.asset === "daily" || each.asset === "monthly")) continue;
      // An input that was added with new code is loaded from the next update on.
      if (each.causes.length > 0 && each.causes.every(({ kind }) => kind === "upstream-unconsumed")) continue;
      const causes = each.causes.map(({ reason }) => reason).join(", ");
      this.violations.push(
        `missed: ${each.asset}${each.partition === undefined ? "" : `[${each.partition}]`} is ${each.status} at ${at}: ${causes}`,
      );
    }
    const days = await this.#storage.getMaterializedPartitions("daily");
    const from = dailyPartitions({ start: "2025-01-01", timeZone, windows: "ended" }).keys({
      now: new Date(this.#now),
      dynamicKeys: () => [],
    });
    if (days.length !== from.length) this.violations.push(`missed: ${from.length - days.length} of ${from.length} days at ${at}`);
    const months = await this.#storage.getMaterializedPartitions("monthly");
    const over = monthlyPartitions({ start: "2025-01", timeZone, windows: "ended" }).keys({
      now: new Date(this.#now),
      dynamicKeys: () => [],
    });
    if (months.length !== over.length) this.violations.push(`missed: ${over.length - months.length} of ${over.length} months at ${at}`);
    const mornings = await this.#eventsOf("morning");
    const expected = ticks(this.#evaluatedFrom ?? this.#now, this.#now);
    if (mornings.length !== expected) this.violations.push(`morning was made ${mornings.length} times for ${expected} ticks at ${at}`);
  }

  /** None is made twice: what was made again was made from something else. */
  async #checkHistory(): Promise<void> {
    for (const name of ["a", "b", "c", "report", "total", "flaky", "daily", "monthly"]) {
      const last = new Map<string, string>();
      for (const event of await this.#eventsOf(name)) {
        const of = String(event.partitionKey ?? "");
        const made = JSON.stringify(Object.entries(event.inputDataVersions).sort());
        if (last.get(of) === made) this.violations.push(`twice: ${name}[${of}] is made again by the event ${event.id} from ${made}`);
        last.set(of, made);
        this.#count(`${name} made`);
      }
    }
    this.#count("feed observed", (await this.#eventsOf("feed")).length);
  }

  async #eventsOf(name: string): Promise<readonly StoredEvent[]> {
    return (await this.#storage.getEventsForAsset(name, { limit: 1_000_000 })).toReversed();
  }
}

/** How often it was six in the morning in Berlin after one moment and until another. */
function ticks(after: number, until: number): number {
  const hour = (time: number): number =>
    Number(new Intl.DateTimeFormat("en-GB", { timeZone: cronTime.timeZone, hour: "2-digit", hourCycle: "h23" }).format(time));
  let count = 0;
  for (let time = Math.ceil((after + 1) / (60 * minute)) * 60 * minute; time <= until; time += 60 * minute) if (hour(time) === 6) count++;
  return count;
}

/** Runs once in real time: what the library loads when it is first needed would take time that no process waits for. */
async function loadEverything(): Promise<void> {
  const outside = { feed: 0, source: 0, isRaining: false };
  const repository = await Repository.open(deploy(outside, new MemoryStore(), { wrap: 0, hasInput: false, hasAll: true }));
  await repository.automate();
  await repository.close();
}

/** Simulates, and returns what must not have happened. */
export async function simulate({ seed, days, stepMinutes }: SimulationOptions): Promise<SimulationReport> {
  await loadEverything();
  const simulation = new Simulation(seed);
  await simulation.run(days, stepMinutes);
  return { violations: simulation.violations, counts: simulation.counts };
}
