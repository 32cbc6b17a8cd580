/** Compares ways to do one thing in one process: rounds are interleaved, their order rotates, and medians count. */

export interface Contender {
  readonly name: string;
  /** Prepares a round; not timed. */
  readonly before?: () => Promise<void> | void;
  /** Runs one round. It may return its own time in milliseconds, when it measures itself. */
  readonly run: () => Promise<number> | Promise<void> | void;
}

export interface Row {
  readonly what: string;
  /** The median of the rounds: a ratio to the anchor, or an absolute figure. */
  readonly measured: string;
  readonly budget: string;
  readonly isWithin: boolean;
  readonly anchor: string;
}

/** Prints a row and keeps it for the page. */
export type AddRow = (row: Row) => void;

const rounds = 15;
const warmUps = 3;
const sweepingMs = 50;

/** The time of every round of every contender, in milliseconds. */
async function time(contenders: readonly Contender[]): Promise<number[][]> {
  const times: number[][] = contenders.map(() => []);
  for (let round = -warmUps; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round + warmUps) % contenders.length;
      const contender = contenders[index] as Contender;
      await contender.before?.();
      globalThis.gc?.();
      // After a collection V8 sweeps the heap in other threads for a while, which slows short work more than long work.
      await new Promise((resolve) => setTimeout(resolve, sweepingMs));
      const start = performance.now();
      const own: unknown = await contender.run();
      if (round >= 0) times[index]?.push(typeof own === "number" ? own : performance.now() - start);
    }
  }
  return times;
}

/** The time relative to an anchor. */
export async function ratio(what: string, ours: Contender, anchor: Contender, budget: number): Promise<Row> {
  const [our, their] = await time([ours, anchor]);
  const ratios = (our ?? []).map((value, round) => value / (their?.[round] ?? Number.NaN));
  const measured = median(ratios);
  const spread = `${quantile(ratios, 0.25).toFixed(2)}–${quantile(ratios, 0.75).toFixed(2)}`;
  return {
    what,
    measured: `${measured.toFixed(2)}× (${spread}; ${median(our ?? []).toFixed(2)} ms)`,
    budget: `≤ ${Number(budget.toFixed(2))}×`,
    isWithin: measured <= budget,
    anchor: anchor.name,
  };
}

/** The time on this machine. */
export async function absolute(what: string, ours: Contender, budgetMs: number, each = 1): Promise<Row> {
  const [our] = await time([ours]);
  const measured = median(our ?? []) / each;
  return { what, measured: `${measured.toFixed(3)} ms`, budget: `≤ ${budgetMs} ms`, isWithin: measured <= budgetMs, anchor: "—" };
}

/** The median time of each contender, in milliseconds. */
export async function medians(contenders: readonly Contender[]): Promise<number[]> {
  return (await time(contenders)).map(median);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}
