import { expect, type Page, test } from "@playwright/test";
import { isEssential, open, screenNames, sweep, violations } from "./inspector-pages.ts";

/** Looks at what is shown: wide in the light theme and narrow in the dark one, and with `colors` at those of the other pairs, too. */
async function expectNoFindings(page: Page, colors = false): Promise<void> {
  const show = async (colorScheme: "light" | "dark", width: number): Promise<void> => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(async () => {
      // What observes sizes draws in the next frames.
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    });
  };
  await show("light", 1280);
  expect.soft(await violations(page), "light, wide").toEqual([]);
  await show("dark", 390);
  expect.soft(await violations(page), "dark, narrow").toEqual([]);
  if (!colors) return;
  await show("light", 390);
  expect.soft(await violations(page, "colors"), "light, narrow").toEqual([]);
  await show("dark", 1280);
  expect.soft(await violations(page, "colors"), "dark, wide").toEqual([]);
}

test.use({ viewport: { width: 1280, height: 900 } });
test.beforeEach(({ page }) => page.emulateMedia({ colorScheme: "light" }));

for (const name of screenNames) {
  test(`axe finds nothing on the screen of ${name}, wide and narrow`, sweep(name), async ({ page }) => {
    await open(page, name);
    await page.waitForLoadState("networkidle");
    await expectNoFindings(page, isEssential(name));
  });
}

for (const [key, dialog] of [
  ["/", "the palette"],
  ["?", "the list of keys"],
] as const) {
  test(`axe finds nothing in ${dialog}, wide and narrow`, { tag: "@chromium" }, async ({ page }) => {
    await open(page, "overview");
    await page.keyboard.press(key);
    await expect(page.getByRole("dialog", key === "?" ? { name: "Keyboard shortcuts" } : {})).toBeVisible();
    await expectNoFindings(page);
  });
}
