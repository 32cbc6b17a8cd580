/** The stores of browsers, in Chromium with a profile on disk. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright";
import { browsers } from "../../../scripts/browsers.ts";
import { servePages } from "../../support/servers/pages.ts";
import type { AddRow, Row } from "./harness.ts";

/** Measures nothing without Chromium. */
export async function browserRows(add: AddRow): Promise<void> {
  const launchOptions = browsers.find(({ name }) => name === "chromium")?.launchOptions;
  if (launchOptions === undefined) return;
  const profile = await mkdtemp(join(tmpdir(), "edgewater-bench-profile-"));
  await using pages = await servePages(join(import.meta.dirname, "browser"));
  const context = await chromium.launchPersistentContext(profile, launchOptions);
  try {
    const page = await context.newPage();
    await page.goto(pages.url);
    for (const row of [...(await page.evaluate(() => window.measure())), await betweenTabs(context, pages.url)])
      add({ ...row, what: `${row.what}, Chromium ${context.browser()?.version()}` });
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** How long after a commit began in one tab another has seen it, in milliseconds, at most. */
const latestMs = 300;
const commits = 50;

async function betweenTabs(context: BrowserContext, url: string): Promise<Row> {
  const [writer, reader] = [await context.newPage(), await context.newPage()];
  for (const page of [writer, reader]) {
    await page.goto(url);
    await page.waitForFunction(() => "watchCommits" in window);
  }
  await reader.evaluate((count) => window.watchCommits(count), commits);
  const begun = await writer.evaluate((count) => window.makeCommits(count), commits);
  const seen = await reader.evaluate(() => window.seenCommits());
  const delays = begun.map((time, index) => (seen[index] ?? Number.POSITIVE_INFINITY) - time).sort((left, right) => left - right);
  const [median = Number.NaN, late = Number.NaN] = [0.5, 0.95].map((part) => delays[Math.ceil(part * commits) - 1]);
  return {
    what: `a commit in one tab until another has seen it, median and 95th percentile of ${commits}`,
    measured: `${median.toFixed(1)} ms, ${late.toFixed(1)} ms`,
    budget: `≤ ${latestMs} ms`,
    isWithin: late <= latestMs,
    anchor: "—",
  };
}
