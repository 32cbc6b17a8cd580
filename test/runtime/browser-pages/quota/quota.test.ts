/** A full origin: Chromium gets a quota through its debugging protocol, Firefox by a preference. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, firefox, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browsers } from "../../../../scripts/browsers.ts";
import { type Pages, servePages } from "../../../support/servers/pages.ts";
import { kinds, largeBytes } from "./scenario.ts";

const mebibyte = 1024 * 1024;

/** What an origin may store. */
const quotas = { chromium: 24 * mebibyte, firefox: 10 * mebibyte };

let pages: Pages;
beforeAll(async () => {
  pages = await servePages(import.meta.dirname);
});
afterAll(() => pages[Symbol.asyncDispose]());

describe.each(browsers)("a full origin in $name", ({ name, launchOptions }) => {
  let profile: string;
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    profile = await mkdtemp(join(tmpdir(), "edgewater-quota-"));
    // In KB, for all origins together; one origin gets a quarter of it.
    const firefoxUserPrefs = { "dom.quotaManager.temporaryStorage.fixedLimit": (4 * quotas.firefox) / 1024 };
    context = await { chromium, firefox }[name].launchPersistentContext(profile, { ...launchOptions, firefoxUserPrefs });
    page = await context.newPage();
    await page.goto(pages.url);
    if (name === "chromium") {
      const session = await context.newCDPSession(page);
      await session.send("Storage.overrideQuotaForOrigin", { origin: pages.url, quotaSize: quotas.chromium });
    }
  });
  afterAll(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it.each(kinds)(
    "refuses a write that does not fit, keeps the old object, leaves nothing behind, and can write again: %s",
    async (kind) => {
      const { refusals, concurrent, listed, usage } = await page.evaluate((each) => window.fill(each), kind);
      for (const { write, code, key, message, needed, free, isOldIntact } of refusals) {
        expect({ write, code, key, isOldIntact }).toEqual({ write, code: "QuotaExceeded", key: "old", isOldIntact: true });
        expect(needed, write).toBeGreaterThan(write === "a stream" ? 2 * mebibyte : largeBytes - 1);
        expect(message, write).toContain(`${needed} bytes`);
        // Chromium does not report the free space.
        if (name === "chromium") expect(free, write).toBeNaN();
        else expect(message, write).toContain(`${needed} bytes, and ${free} of the origin's ${quotas.firefox} are free`);
      }
      expect(refusals).toHaveLength(4);
      expect(concurrent).toEqual(["done", "QuotaExceeded", "done"]);
      expect(listed).toEqual(["old", "small/1", "small/2"]);
      // Chromium frees space later, but half a refused body would still be visible here.
      expect(usage).toBeLessThan(10 * mebibyte);
    },
  );
});
