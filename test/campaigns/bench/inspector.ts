/** How long the page of the inspector keeps the main thread of Chromium busy at most, over much of everything. */
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright";
import { build, preview } from "vite";
import { browsers } from "../../../scripts/browsers.ts";
import { fakeInspection } from "../../support/inspection/fake.ts";
import { type AddRow, median } from "./harness.ts";

const rounds = 5;
/** Nodes of an inspection in which the graph is not what counts. */
const few = 64;
/** A task that takes longer keeps somebody waiting. */
const budgetMs = 50;

interface Scenario {
  readonly what: string;
  /** What the page is opened with, on a screen that has little. */
  readonly query: string;
  /** What is measured. Ends when all of it is drawn. */
  readonly run: (page: Page) => Promise<void>;
}

const goTo = (page: Page, hash: string): Promise<void> =>
  page.evaluate((next) => {
    location.hash = next;
  }, hash);

/** Scrolls an element from its top to its end, so much in every frame, and reads no size that would be laid out for it. */
function scrollThrough(page: Page, selector: string, frames: number): Promise<void> {
  return page.evaluate(
    async ({ selector: wanted, frames: count }) => {
      const element = document.querySelector("#inspector")?.shadowRoot?.querySelector(wanted);
      if (element === null || element === undefined) throw new Error(`Nothing to scroll: ${wanted}`);
      const height = element.scrollHeight;
      for (let frame = 1; frame <= count; frame++) {
        element.scrollTop = (height * frame) / count;
        await new Promise(requestAnimationFrame);
      }
    },
    { selector, frames },
  );
}

const scenarios: readonly Scenario[] = [
  {
    what: "2,000 nodes are opened",
    query: "nodes=2000",
    run: async (page) => {
      await goTo(page, "#/");
      await page.locator(".graph .node").first().waitFor();
    },
  },
  {
    what: "10,000 rows are opened and scrolled from end to end",
    query: `nodes=${few}`,
    run: async (page) => {
      await goTo(page, `#/assets/${await tableName()}`);
      await page.locator(".grid .rw").first().waitFor();
      await scrollThrough(page, ".grid", 240);
      await page.locator('.grid [aria-rowindex="10001"]').waitFor();
    },
  },
  {
    what: "100,000 partitions are opened and scrolled",
    query: `nodes=${few}`,
    run: async (page) => {
      await goTo(page, "#/assets/hourly/partitions");
      await page.locator(".heat-body .cell").first().waitFor();
      await scrollThrough(page, ".heat", 120);
    },
  },
  {
    what: "10,000 lines of a log are opened and scrolled",
    query: `nodes=${few}`,
    run: async (page) => {
      await page.getByRole("main").getByRole("link").first().click();
      await page.locator(".log-row").first().waitFor();
      await scrollThrough(page, ".logs", 120);
    },
  },
];

/** An asset of the fake inspection whose value is a table, and no partition of one. */
async function tableName(): Promise<string> {
  const inspection = fakeInspection({ nodes: few });
  for (const { name, kind, counts, status } of (await inspection.snapshot()).nodes) {
    if (kind === "asset" && counts === undefined && status === "UpToDate" && (await inspection.preview(name)).kind === "table") return name;
  }
  throw new Error("The fake inspection has no table");
}

/** Measures nothing without Chromium. */
export async function inspectorRows(add: AddRow): Promise<void> {
  const launchOptions = browsers.find(({ name }) => name === "chromium")?.launchOptions;
  if (launchOptions === undefined) return;
  const configFile = join(import.meta.dirname, "../../../inspector-ui/vite.config.ts");
  await build({ configFile, mode: "demo", logLevel: "error" });
  const server = await preview({ configFile, mode: "demo", logLevel: "error", preview: { host: "127.0.0.1", port: 0 } });
  const browser = await chromium.launch(launchOptions);
  try {
    for (const { what, query, run } of scenarios) {
      const longest: number[] = [];
      for (let round = 0; round < rounds; round++) {
        longest.push(await longestTask(browser, `${server.resolvedUrls?.local[0]}demo.html?over=fake&${query}#/runs`, run));
      }
      const measured = median(longest);
      add({
        what: `the longest task while ${what}, Chromium ${browser.version()}`,
        measured: measured === 0 ? "< 50 ms" : `${measured.toFixed(0)} ms`,
        budget: `≤ ${budgetMs} ms`,
        isWithin: measured <= budgetMs,
        anchor: "—",
      });
    }
  } finally {
    await browser.close();
    await server.close();
  }
}

/** The milliseconds of the longest task; 0 when none is longer than the 50 ms from which on browsers tell of them. */
async function longestTask(browser: Browser, url: string, run: Scenario["run"]): Promise<number> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  try {
    await page.goto(url);
    await page.locator("h1").waitFor();
    await page.waitForLoadState("networkidle");
    await page.evaluate(() => {
      const tasks: number[] = [];
      Object.assign(window, { tasks });
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
    });
    await run(page);
    // What was begun is drawn, and the observer has been told.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    return await page.evaluate(() => Math.max(0, ...(window as unknown as { tasks: number[] }).tasks));
  } finally {
    await page.close();
  }
}
