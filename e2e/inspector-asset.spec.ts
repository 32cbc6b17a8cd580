/** What can be done with one asset, and the way from a failure to it. */
import { expect, type Page, test } from "@playwright/test";
import { base, focused, open, violations } from "./inspector-pages.ts";
import { downloadOf } from "./support/downloads.ts";

const at = (page: Page, hash: string) => page.goto(`${base}${hash}`);

test("a value is exported as it is stored, and the menu has the rest and the keyboard", { tag: "@chromium" }, async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));
  await page.setViewportSize({ width: 1280, height: 900 });
  await open(page, "a table");
  const file = await downloadOf(page, () => page.getByRole("button", { name: "Export", exact: true }).click());
  expect(file.buffer.toString()).toBe('{"json":"quakes"}');

  const opener = page.getByRole("button", { name: "More actions" });
  await opener.focus();
  await page.keyboard.press("Enter");
  const menu = page.getByRole("menu");
  await expect(menu.getByRole("menuitem").first()).toBeFocused();
  expect(await violations(page)).toEqual([]);
  // Letters are not for the page while the menu is open.
  await page.keyboard.press("t");
  await page.keyboard.press("End");
  await expect.poll(() => focused(page)).toBe("Copy the key");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => focused(page)).toBe("Export the value");
  await page.keyboard.press("Escape");
  await expect(menu).toHaveCount(0);
  await expect(opener).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(opener).toBeFocused();
  await opener.click();
  await page.getByRole("heading", { level: 1 }).click();
  await expect(menu).toHaveCount(0);
});

test("a value that cannot be shown is saved, and a huge one is shown by its first rows", { tag: "@chromium" }, async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, "showSaveFilePicker"));
  await at(page, "?state=damaged#/assets/strong");
  await expect(page.getByText("The stored bytes are damaged")).toBeVisible();
  const file = await downloadOf(page, () => page.getByRole("button", { name: "Save the bytes" }).click());
  expect(file.buffer.toString()).toBe('{"json":"strong"}');

  await at(page, "?state=huge#/assets/quakes");
  await expect(page.getByText("Too large to show")).toBeVisible();
  await page.getByRole("button", { name: "Show the first 1,000 rows" }).click();
  await expect(page.getByText(/^the first 1,000 rows × \d+, dates as they are stored/)).toBeVisible();
  const table = page.getByRole("table", { name: /^quakes/ });
  await table.evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  // The pages after the first one are asked for with the same limit.
  await expect(table.locator('[aria-rowindex="1001"]')).not.toContainText("…");
});

test("a failure opens the row and the partitions that it failed for, and shows the room", { tag: "@chromium" }, async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await open(page, "a run");
  const room = page.getByRole("region", { name: /^hourly, / });
  await expect(room.getByRole("img")).toHaveAccessibleName("40.0 MB of 40.0 MB used, 3.11 kB needed");
  await expect(room.getByRole("link", { name: "Show what takes the room" })).toHaveAttribute("href", "#/storage");
  await room.getByRole("link", { name: "Open the 2 partitions" }).click();
  await expect(page.getByRole("grid").locator("[aria-selected='true']")).toHaveCount(2);
  await page.goBack();
  await page.getByRole("link", { name: "Open strong at row 18" }).click();
  await expect(page.getByRole("table", { name: /^strong/ }).locator('[aria-current="true"]')).toHaveAttribute("aria-rowindex", "19");
  await expect(page.getByRole("table", { name: /^strong/ }).locator('[aria-current="true"]')).toBeInViewport();
});

test("a long line of the log is read whole with keys alone", { tag: "@chromium" }, async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await open(page, "a run");
  const log = page.getByRole("log");
  await log.focus();
  await page.keyboard.press("Home");
  for (let line = 0; line < 3; line++) await page.keyboard.press("ArrowDown");
  await expect.poll(() => focused(page)).toContain("18 hours differ");
  await expect(page.getByRole("button", { name: "Follow" })).toHaveAttribute("aria-pressed", "false");
  await page.keyboard.press("Enter");
  const whole = page.getByRole("region", { name: "The whole line" });
  await expect(whole).toContainText("This is the end of the line.");
  expect(await whole.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
  await page.keyboard.press("Tab");
  await expect(whole).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(whole).toHaveCount(0);
  await expect.poll(() => focused(page)).toContain("18 hours differ");
  await page.keyboard.press("End");
  await expect.poll(() => focused(page)).toContain("62 %");
});
