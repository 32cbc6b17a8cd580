/** The stores of browsers, in Chromium with a profile on disk. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright";
import { browsers } from "../../../scripts/browsers.ts";
import { servePages } from "../../support/servers/pages.ts";
import type { AddRow } from "./harness.ts";

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
    for (const row of await page.evaluate(() => window.measure()))
      add({ ...row, what: `${row.what}, Chromium ${context.browser()?.version()}` });
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
