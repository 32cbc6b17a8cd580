/** The screens of runs, partitions, automation and storage, and the plan of an action, over one moment of a repository. */
import { expect, type Page, test } from "@playwright/test";
import { open, violations } from "./inspector-pages.ts";

const grid = (page: Page) => page.getByRole("grid");
const cell = (page: Page, name: string) => page.getByRole("gridcell", { name });

test("a plan has no finding of axe, in both themes", async ({ page }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await open(page, "storage");
    await page.getByRole("button", { name: "Prune" }).click();
    await expect(page.getByRole("dialog")).toContainText("1,406 events and 22 runs would go");
    expect(await violations(page)).toEqual([]);
  }
});

test("a run tells first what failed, with its code, what to do, its inputs and its stack", async ({ page }) => {
  await open(page, "a run");
  const card = page.getByRole("region", { name: "alerts failed" });
  await expect(card).toContainText("ValidationError");
  await expect(card).toContainText("Let the type hint accept null with nullable(number())");
  await expect(card).toContainText("digest was skipped");
  await expect(card.getByRole("link", { name: "strong", exact: true })).toHaveAttribute("href", "#/assets/strong");
  await card.getByText("Stack, 2 frames of your code").click();
  await expect(card.getByRole("region", { name: "Stack" })).toContainText("at toAlert (pipeline.ts:88:11)");
});

test("the timeline is a table that is sorted by start, length and graph", async ({ page }) => {
  await open(page, "a run");
  const rows = page.getByRole("table", { name: "Timeline" }).getByRole("row");
  const names = async (): Promise<string[]> => (await rows.getByRole("cell").locator("a").allTextContents()).map((text) => text.trim());
  await expect.poll(names).toEqual(["features", "quakes", "strong", "daily", "hourly", "alerts", "map", "digest"]);
  await page.getByRole("button", { name: "Length" }).click();
  await expect.poll(async () => (await names()).slice(0, 2)).toEqual(["map", "hourly"]);
  await page.getByRole("button", { name: "Graph" }).click();
  await expect.poll(async () => (await names()).slice(0, 2)).toEqual(["features", "quakes"]);
  await expect(rows.filter({ hasText: "hourly" })).toContainText("16 of 18, 2 failed");
  await expect(rows.filter({ hasText: "map" })).toContainText("62 %");
});

test("the log is filtered by level and by text, and is quiet for screen readers", async ({ page }) => {
  await open(page, "a run");
  const log = page.getByRole("log");
  await expect(log).toHaveAttribute("aria-live", "off");
  await expect(log.locator(".log-row")).toHaveCount(12);
  await page.getByRole("button", { name: "Warnings 2" }).click();
  await expect(log.locator(".log-row")).toHaveCount(3);
  await page.getByRole("searchbox", { name: "Search the log" }).fill("no room");
  await expect(log.locator(".log-row")).toHaveText(/no room for 3,112 bytes/);
  await page.getByRole("searchbox", { name: "Search the log" }).fill("nowhere");
  await expect(log).toContainText("No line matches.");
});

test("keys lead to the run before and after, and follow the log", async ({ page }) => {
  await open(page, "a run");
  await expect(page.getByRole("button", { name: "Follow" })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("l");
  await expect(page.getByRole("button", { name: "Follow" })).toHaveAttribute("aria-pressed", "false");
  await page.keyboard.press("[");
  await expect(page.locator("h1")).toHaveText("9b02");
  await page.keyboard.press("]");
  await expect(page.locator("h1")).toHaveText("7c1e");
});

test("an interrupted run says since when, and what resuming it would do", async ({ page }) => {
  await open(page, "an interrupted run");
  await expect(page.getByText("Nothing heard for 19 min")).toBeVisible();
  await page.getByRole("button", { name: "Resume, makes 4, keeps 3" }).click();
  await expect(page.getByRole("dialog", { name: "Resume run 9b02" })).toContainText("Makes 4 steps, keeps 3.");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Resume, makes 4, keeps 3" })).toBeFocused();
});

test("runs are filtered by their status", async ({ page }) => {
  await open(page, "runs");
  await expect(page.locator("tbody tr")).toHaveCount(6);
  await page.getByRole("group", { name: "Status" }).getByRole("button", { name: "Failed" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await expect(page).toHaveURL(/status=failed$/);
  await page.reload();
  await expect(page.locator("tbody tr")).toHaveCount(1);
});

test("the strip is one tab stop: arrows move, shift and arrows select, and the backfill counts what it makes", async ({ page }) => {
  await open(page, "partitions");
  await expect(grid(page)).toHaveAttribute("aria-multiselectable", "true");
  await expect(grid(page).locator("[tabindex='0']")).toHaveCount(1);
  await page.getByRole("button", { name: "Seconds" }).focus();
  await page.keyboard.press("Tab");
  await expect(cell(page, "2018-01-31, 00:00")).toBeFocused();
  for (let row = 0; row < 6; row++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  for (let column = 0; column < 5; column++) await page.keyboard.press("ArrowLeft");
  await expect(cell(page, "2018-02-06, 18:00: failed")).toBeFocused();
  await page.keyboard.press("Enter");
  for (let column = 0; column < 4; column++) await page.keyboard.press("Shift+ArrowRight");
  await expect(grid(page).locator("[aria-selected='true']")).toHaveCount(5);
  await expect(page.getByRole("heading", { name: "2018-02-06T18 … 2018-02-06T22" })).toBeVisible();
  await expect(page.getByText("3 are being made already, by run 7c1e, and are left to it.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Backfill 2 partitions" })).toBeEnabled();
  await cell(page, "2018-02-06, 22:00").focus();
  await page.keyboard.press("Escape");
  await expect(grid(page).locator("[aria-selected='true']")).toHaveCount(0);
});

test("a drag selects a stretch of time, and Control adds to it", async ({ page }) => {
  await open(page, "partitions");
  await cell(page, "2018-02-01, 22:00").hover();
  await page.mouse.down();
  await cell(page, "2018-02-02, 01:00").hover();
  await page.mouse.up();
  await expect(grid(page).locator("[aria-selected='true']")).toHaveCount(4);
  await cell(page, "2018-02-03, 05:00").click({ modifiers: ["ControlOrMeta"] });
  await expect(grid(page).locator("[aria-selected='true']")).toHaveCount(5);
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(grid(page).locator("[aria-selected='true']")).toHaveCount(0);
});

test("what is missing is selected by a press, and colored by what is asked for", async ({ page }) => {
  await open(page, "partitions");
  await page.getByRole("button", { name: "Select what is missing" }).click();
  await expect(grid(page).locator("[aria-selected='true']")).toHaveCount(8);
  await expect(page.getByRole("button", { name: "Backfill 8 partitions" })).toBeEnabled();
  await page.getByRole("button", { name: "Status", exact: true }).click();
  await expect(cell(page, "2018-01-31, 01:00: up to date")).toHaveClass(/\bok\b/);
});

// Playwright does not emulate forced colors over WebDriver BiDi.
test("forced colors keep what tells statuses apart", { tag: "@chromium" }, async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await open(page, "partitions");
  const look = (name: string): Promise<string> =>
    cell(page, name).evaluate((element) => {
      const { backgroundColor, backgroundImage, boxShadow } = getComputedStyle(element);
      return [backgroundColor, backgroundImage, boxShadow, getComputedStyle(element, "::after").content].join();
    });
  const looks = await Promise.all(["2018-02-06, 18:00", "2018-02-06, 20:00", "2018-02-07, 18:00", "2018-02-01, 00:00"].map(look));
  expect(new Set(looks).size).toBe(4);
});

test("conditions are told part by part, with the fact that decided each", async ({ page }) => {
  await open(page, "automation");
  const parts = page.getByRole("list", { name: "Condition of report" }).getByRole("listitem");
  await expect(parts).toHaveCount(7);
  await expect(parts.nth(3)).toContainText("daily was updated since last handled");
  await expect(parts.nth(3)).toContainText("same bytes");
  await page.getByRole("button", { name: "Run what it asks for" }).click();
  await expect(page.getByRole("dialog")).toContainText("strong has new data");
});

test("storage lists objects, those of partitions in one row, and says what a prune would remove", async ({ page }) => {
  await open(page, "storage");
  await expect(page.locator("table.objects tbody tr")).toHaveCount(10);
  await expect(page.locator("table.objects")).toContainText("184 objects");
  await page.getByRole("button", { name: "hourly/" }).click();
  await expect(page.locator("table.objects tbody tr")).toHaveCount(194);
  await expect(page.getByText("Not promised")).toBeVisible();
  await page.getByRole("button", { name: "Show what stays" }).click();
  await expect(page.getByText("The last of every asset and partition stays.")).toBeVisible();
});

test("a step is left out of a plan, and upstream is added", async ({ page }) => {
  await open(page, "partitions");
  await page.getByRole("button", { name: "Select what is missing" }).click();
  await page.getByRole("button", { name: "Backfill 8 partitions" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Makes 8 partitions.");
  await expect(dialog.getByRole("button", { name: /^Backfill/ })).toBeEnabled();
});
