/** The documentation as a site: built once for all tests of this file. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import { violations } from "./inspector-pages.ts";
import { staticHost } from "./support/static-host.ts";

const root = join(import.meta.dirname, "..");
const site = join(root, "dist-docs");
const fileOf = (path: string): string => pathToFileURL(join(site, path)).href;
const pages = ["index.html", "getting-started.html", "concepts.html", "stores/index.html", "support-matrix.html", "api/local.html"];

// In one worker, so that the site is built once.
test.describe.configure({ mode: "default" });
test.beforeAll(async () => {
  await promisify(execFile)(process.execPath, [join(root, "site/build.ts")], { cwd: root });
});

async function find(page: Page, query: string): Promise<void> {
  // The page can be read before its script listens to keys.
  await page.waitForLoadState();
  await page.keyboard.press("/");
  await page.getByRole("textbox", { name: "Search" }).fill(query);
  await expect(page.getByRole("status")).toHaveText(/\d+ results?/);
}

for (const path of ["index.html", "getting-started.html", "api/local.html"]) {
  test(`axe finds nothing on ${path} in both themes, wide and narrow`, { tag: "@chromium" }, async ({ page }) => {
    await page.goto(fileOf(path));
    for (const [colorScheme, width] of [
      ["light", 1280],
      ["dark", 390],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      expect.soft(await violations(page), `${colorScheme}, ${width} pixels`).toEqual([]);
    }
  });
}

test("axe finds nothing in the search in both themes", { tag: "@chromium" }, async ({ page }) => {
  await page.goto(fileOf("running.html"));
  await find(page, "certify");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect.soft(await violations(page), colorScheme).toEqual([]);
  }
});

test("the search finds guides and names of the API in pages that are opened as files", { tag: "@chromium" }, async ({ page }) => {
  await page.goto(fileOf("index.html"));
  await find(page, "certify");
  await expect(page.getByRole("link", { name: /Certify your own store/ })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Certify your own store");

  await find(page, "fsync");
  await page.getByRole("link", { name: /LocalStoreOptions\.fsync/ }).click();
  await expect(page).toHaveURL(`${fileOf("api/local.html")}#LocalStoreOptions.fsync`);
  await expect(page.getByRole("heading", { name: /readonly fsync/ })).toBeInViewport();
});

test("a site below a prefix asks no other origin, and its search needs no server", { tag: "@chromium" }, async ({ page }) => {
  await using host = await staticHost(site);
  const elsewhere: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(host.url)) elsewhere.push(request.url());
  });
  const failed: string[] = [];
  page.on("response", (response) => {
    if (!response.ok()) failed.push(response.url());
  });
  for (const path of pages) await page.goto(`${host.url}${path}`, { waitUntil: "networkidle" });
  await page.waitForFunction(() => "searchedPages" in globalThis);
  await host.goAway();
  await find(page, "certify");
  await expect(page.getByRole("dialog").getByRole("link").first()).toContainText("Certify");
  expect(elsewhere).toEqual([]);
  expect(failed).toEqual([]);
});

test("at 390 pixels nothing scrolls sideways, and the contents open and close by keyboard", { tag: "@chromium" }, async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [...pages, "api/edgewater.html", "project/contributing.html"]) {
    await page.goto(fileOf(path));
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), path).toBe(390);
  }
  await page.goto(fileOf("running.html"));
  const contents = page.getByRole("navigation", { name: "Contents" });
  await expect(contents).toBeHidden();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Contents" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(contents).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(contents).toBeHidden();
  await expect(page.getByRole("button", { name: "Contents" })).toBeFocused();
});

test("the theme that is chosen stays on the next page, also in its pictures", { tag: "@chromium" }, async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(fileOf("index.html"));
  await page.getByRole("button", { name: "Theme: system" }).click();
  await page.getByRole("button", { name: "Theme: light" }).click();
  await expect(page.getByRole("button", { name: "Theme: dark" })).toBeVisible();
  await page.getByRole("link", { name: "Concepts", exact: true }).click();
  await expect(page.getByRole("button", { name: "Theme: dark" })).toBeVisible();
  expect(await page.evaluate(() => getComputedStyle(document.querySelector("article img") as Element).colorScheme)).toBe("dark");
});
