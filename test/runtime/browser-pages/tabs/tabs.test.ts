/** Tabs of one browser with the same Storage. */
import { join } from "node:path";
import { chromium, firefox } from "playwright";
import { expect, it } from "vitest";
import { browsers } from "../../../../scripts/browsers.ts";
import { servePages } from "../../../support/servers/pages.ts";
import type { Seen } from "./page/page.ts";

const own = 40;
const names = ["left", "middle", "right"];
const all = own * names.length;

async function runInTabs(url: string, { name, launchOptions }: (typeof browsers)[number]): Promise<Seen[]> {
  const browser = await { chromium, firefox }[name].launch(launchOptions);
  try {
    const context = await browser.newContext();
    const openTab = async (tab: string): Promise<() => Promise<Seen>> => {
      const page = await context.newPage();
      await page.goto(url);
      return () => page.evaluate((given): Promise<Seen> => window.commitAndWatch(...given), [tab, own, all] as const);
    };
    const tabs = await Promise.all(names.map(openTab));
    return await Promise.all(tabs.map((each) => each()));
  } finally {
    await browser.close();
  }
}

it.skipIf(browsers.length === 0)("tabs lose no event and no increment, and see all events once and in the same order", async () => {
  await using pages = await servePages(join(import.meta.dirname, "page"));
  for (const browser of browsers) {
    const seen = await runInTabs(pages.url, browser);
    const events = seen[0]?.events ?? [];
    for (const each of seen) expect(each.events, browser.name).toEqual(events);
    const ids = events.map(([id]) => id);
    expect(ids, browser.name).toEqual([...new Set(ids)].sort((left, right) => left - right));
    for (const tab of names)
      expect(
        events.filter(([, asset]) => asset === tab),
        browser.name,
      ).toHaveLength(own);
    expect(Math.max(...seen.map(({ counter }) => counter)), browser.name).toBe(all);
  }
});
