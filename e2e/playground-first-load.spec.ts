/** What a first visit of the playground needs before its first screen can be used, and what is told when the rest does not come. */
import { expect, type Page, test } from "@playwright/test";
import { staticHost } from "./support/static-host.ts";

// The service worker would answer what the host does not.
test.use({ serviceWorkers: "block" });

/** The scripts that the HTML of a page names. One that they import would be refused below, and no screen drawn. */
async function firstScripts(page: Page, url: string): Promise<ReadonlySet<string>> {
  const html = await (await page.request.get(url)).text();
  return new Set([...html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, path = ""]) => path));
}

test("draws the first screen from the scripts that its HTML names, and says when others do not come", async ({ page }) => {
  await using host = await staticHost();
  const first = await firstScripts(page, host.url);
  expect(first.size).toBeGreaterThan(0);
  let isCut = true;
  await page.route("**/*.js", (route) => {
    const path = new URL(route.request().url()).pathname.replace("/some/folder/", "");
    return isCut && !first.has(path) ? route.abort() : route.continue();
  });
  await page.goto(host.url);
  await expect(page.getByRole("heading", { level: 1, name: "Nothing has been materialized yet" })).toBeVisible();
  await expect(page.getByRole("link", { name: /^strong, / }).first()).toBeVisible();
  await expect(page.getByRole("radio", { name: "IndexedDB" })).toBeChecked();

  await page.getByRole("button", { name: /^Materialize all/ }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("A script of this page was not loaded");
  await expect(dialog.getByRole("button", { name: "Try again" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Runs" }).click();
  await expect(page.getByRole("main")).toContainText("A script of this page was not loaded");

  isCut = false;
  await page.getByRole("main").getByRole("button", { name: "Load the page again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Runs" })).toBeVisible();
});
