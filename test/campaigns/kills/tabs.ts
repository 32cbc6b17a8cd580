/** Two tabs and a worker of one Chromium that make the same graph, and are closed, crashed and terminated at random moments. */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type BrowserContext, chromium, type Page } from "playwright";
import type { browsers } from "../../../scripts/browsers.ts";
import { servePages } from "../../support/servers/pages.ts";
import type { Told } from "./attack.ts";
import type { CompetitorOptions, Kind } from "./browser/competitor.ts";
import { expectedEnds, mostCalls, type Outcome } from "./processes.ts";

/** The longest time that a tab or a worker lives, in milliseconds. */
const longestLifeMs = 240_000;

/** A tab or a worker, as the server knows it. */
interface Competitor {
  readonly told: Told[];
  readonly isSprung: PromiseWithResolvers<void>;
  readonly isReady: PromiseWithResolvers<void>;
  /** The holders that had ended when it started. */
  readonly deadBefore: ReadonlySet<string>;
}

/** Starts a competitor, and returns how to kill it. */
type Start = (options: CompetitorOptions) => Promise<() => Promise<unknown>>;

/** Kills so many tabs and workers, three at a time, over one store and Storage, and checks what they have left. */
export async function killTabs(
  { launchOptions }: (typeof browsers)[number],
  kind: Kind,
  kills: number,
  random: () => number,
  outcome: Outcome,
): Promise<void> {
  const competitors = new Map<number, Competitor>();
  const acknowledged = new Set<number>();
  const dead = new Set<string>();
  await using pages = await servePages(join(import.meta.dirname, "browser"), {
    answer: (path, posted) => {
      const { who, ...told } = posted as Told & { readonly who: number };
      const competitor = competitors.get(who);
      if (path === "/spring") competitor?.isSprung.resolve();
      else competitor?.told.push(told);
      if (told.told === "ready") competitor?.isReady.resolve();
      if (told.told === "output") acknowledged.add(told.id);
      return null;
    },
  });
  const browser = await chromium.launch(launchOptions);
  try {
    const context = await browser.newContext();
    const host = await open(context, pages.url);
    const name = crypto.randomUUID();
    let left = kills;
    const slot = async (start: Start): Promise<void> => {
      let killedRun: string | undefined;
      while (left-- > 0) {
        const who = competitors.size + 1;
        const competitor: Competitor = {
          told: [],
          isSprung: Promise.withResolvers(),
          isReady: Promise.withResolvers(),
          deadBefore: new Set(dead),
        };
        competitors.set(who, competitor);
        const isTrapped = random() < 0.6;
        const when = (["before", "during", "after"] as const)[Math.floor(random() * 3)] ?? "before";
        const trap = isTrapped ? { at: 1 + Math.floor(random() * mostCalls), when } : undefined;
        const kill = await start({ name, kind, who, trap, killedRun });
        const end = isTrapped ? competitor.isSprung.promise : competitor.isReady.promise.then(() => setTimeout(random() * 1000));
        const isLate = await Promise.race([end, setTimeout(longestLifeMs, "late", { ref: false })]);
        if (isLate === "late")
          outcome.problems.push(`a competitor was not killed in time; it has told ${JSON.stringify(competitor.told.slice(-3))}`);
        await kill();
        for (const each of competitor.told) {
          if (each.told === "run") killedRun = each.runId;
          if (each.told === "holder") dead.add(each.holder);
        }
        report(competitor, outcome);
        outcome.kills++;
      }
    };
    const tab: Start = async (options) => {
      const page = await open(context, pages.url);
      page.evaluate((given) => window.compete(given), options).catch(() => undefined);
      return async () => {
        if (random() < 0.5) await page.goto("chrome://crash").catch(() => undefined);
        await page.close({ runBeforeUnload: false });
      };
    };
    const worker: Start = async (options) => {
      await host.evaluate((given) => window.startWorker(given), options);
      return () => host.evaluate(() => window.endWorker());
    };
    await Promise.all([slot(tab), slot(tab), slot(worker)]);
    const problems = await host.evaluate((given) => window.judge(...given), [name, kind, [...acknowledged]] as const);
    outcome.problems.push(...problems);
  } finally {
    await browser.close();
  }
}

async function open(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.judge !== undefined);
  return page;
}

function report({ told, deadBefore }: Competitor, { ends, problems }: Outcome): void {
  for (const each of told) {
    if (each.told !== "end") continue;
    ends[each.code] = (ends[each.code] ?? 0) + 1;
    const [, holder = ""] = /the process (\S+) is making it/.exec(each.message) ?? [];
    if (deadBefore.has(holder)) problems.push(`a tab or worker that had ended counts as alive: ${each.message}`);
    if (!expectedEnds.has(each.code)) problems.push(`a run has ended with ${each.code}: ${each.message}`);
  }
}
