import { expect, test } from "@playwright/test";
import { open, origin } from "./inspector-pages.ts";

test("a table of many rows keeps few in the document, sorts and finds", async ({ page }) => {
  await open(page, "a table");
  const table = page.getByRole("table", { name: /^quakes/ });
  await expect(table).toHaveAttribute("aria-rowcount", "1708");
  const rows = table.locator(".rw");
  await expect(rows.first()).toContainText("37km NNE of Amboy");
  expect(await rows.count()).toBeLessThan(40);
  await table.evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await expect(table.locator('[aria-rowindex="1708"]')).toContainText("4km W of Castaic, CA");
  expect(await rows.count()).toBeLessThan(40);

  await table.getByRole("button", { name: /^mag/ }).click();
  await table.getByRole("button", { name: /^mag/ }).click();
  await expect(table.getByRole("columnheader", { name: /^mag/ })).toHaveAttribute("aria-sort", "descending");
  await table.evaluate((element) => {
    element.scrollTop = 0;
  });
  await expect(table.locator('[aria-rowindex="2"]')).toContainText("6.4");
  await page.getByRole("searchbox", { name: "Find in the rows of quakes" }).fill("hualian");
  await expect(page.getByText(/^\d+ found$/)).toBeVisible();
  await expect(table.locator('[aria-rowindex="2"]')).toContainText("Hualian");
});

test("rows with degrees are on a map", async ({ page }) => {
  await open(page, "a table");
  await expect(page.getByRole("img", { name: "1,707 rows of quakes on a map" })).toBeVisible();
});

test("versions are compared, and the choice is in the address", async ({ page }) => {
  await open(page, "a table");
  await expect(page.getByText("12 added, 3 removed, 5 changed, matched by id")).toBeVisible();
  await page.getByRole("button", { name: /^Compare from c81b0e5a/ }).click();
  await expect(page).toHaveURL(/from=20/);
  await page.getByRole("button", { name: "Metadata", exact: true }).click();
  await expect(page.getByRole("cell", { name: "1,698" })).toBeVisible();
});

test("Markdown is rendered, and why an asset is stale is told to its root", async ({ page }) => {
  await open(page, "a stale asset");
  await expect(page.getByRole("heading", { name: "A week of earthquakes" })).toBeVisible();
  await expect(page.getByText("This is where it began.")).toBeVisible();
  await expect(page.getByText("came out with the same bytes, so it is no cause")).toBeVisible();
});

test("hostile values are shown as text, and nothing of them runs or is loaded", async ({ page }) => {
  const problems: string[] = [];
  const requests: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("dialog", (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => requests.push(request.url()));
  await open(page, "hostile");
  await expect(page.getByRole("region", { name: "Table" }).or(page.getByText("<script>alert(1)</script>").first()).first()).toBeVisible();
  await expect(page.getByText("an image of elsewhere")).toBeVisible();
  const links = await page.locator("main a[href]").evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  expect(links.filter((href) => /^(javascript|data|vbscript):/i.test(href))).toEqual([]);
  expect(await page.locator("main script, main iframe, main object, main img").count()).toBe(0);
  expect(requests.filter((url) => !url.startsWith(origin) && !url.startsWith("about:"))).toEqual([]);
  expect(problems).toEqual([]);
});
