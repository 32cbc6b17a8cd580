/** What a page downloads for its first run: scripts as Vite builds them for production, gzipped, in a real Chromium. */
import { chromium } from "playwright";
import { browsers } from "../../../../scripts/browsers.ts";
import { servePages } from "../../../support/servers/pages.ts";

export interface FirstRun {
  /** Gzipped bytes of all scripts. */
  readonly bytes: number;
  /** Number of scripts. */
  readonly requests: number;
  /** Number of times that the page had to wait for scripts before it could ask for further ones. */
  readonly waves: number;
  /** What the page loaded back. */
  readonly value: unknown;
}

/** The limits that `npm test` holds and `npm run bench` prints. */
export const limits = { bytes: 87_500, requests: 8, waves: 2 } as const;

/** Undefined without Chromium. */
export async function measureFirstRun(): Promise<FirstRun | undefined> {
  const launchOptions = browsers.find(({ name }) => name === "chromium")?.launchOptions;
  if (launchOptions === undefined) return undefined;
  await using pages = await servePages(import.meta.dirname, { isProduction: true });
  const browser = await chromium.launch(launchOptions);
  try {
    const page = await browser.newPage();
    await page.goto(pages.url);
    const value = await page.evaluate(() => window.firstRun);
    const scripts = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map((entry) => entry as PerformanceResourceTiming)
        .filter(({ name }) => name.endsWith(".js"))
        .map(({ encodedBodySize, startTime, responseEnd }) => ({ encodedBodySize, startTime, responseEnd })),
    );
    return {
      bytes: scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      requests: scripts.length,
      waves: countWaves(scripts),
      value,
    };
  } finally {
    await browser.close();
  }
}

/** A wave is a set of requests that start before the first of them has been answered. */
function countWaves(scripts: readonly { readonly startTime: number; readonly responseEnd: number }[]): number {
  let waves = 0;
  let firstEnd = Number.NEGATIVE_INFINITY;
  for (const { startTime, responseEnd } of scripts.toSorted((left, right) => left.startTime - right.startTime)) {
    if (startTime >= firstEnd) {
      waves++;
      firstEnd = responseEnd;
    } else {
      firstEnd = Math.min(firstEnd, responseEnd);
    }
  }
  return waves;
}
