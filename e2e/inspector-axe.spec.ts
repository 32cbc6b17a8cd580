import { expect, type Page, test } from "@playwright/test";
import { open, screenNames, sweep, violations } from "./inspector-pages.ts";

/** Looks at what is shown in both themes: by all rules in the light one, by those about colors in the dark one. */
async function expectNoFindings(page: Page): Promise<void> {
  expect.soft(await violations(page), "light").toEqual([]);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  expect.soft(await violations(page, "colors"), "dark").toEqual([]);
}

for (const width of [1280, 390]) {
  test.describe(`${width} px wide`, () => {
    test.use({ viewport: { width, height: 900 } });
    test.beforeEach(({ page }) => page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" }));

    for (const name of screenNames) {
      test(`axe finds nothing on the screen of ${name}`, sweep(name), async ({ page }) => {
        await open(page, name);
        await page.waitForLoadState("networkidle");
        await expectNoFindings(page);
      });
    }

    for (const [key, dialog] of [
      ["/", "the palette"],
      ["?", "the list of keys"],
    ] as const) {
      test(`axe finds nothing in ${dialog}`, { tag: "@chromium" }, async ({ page }) => {
        await open(page, "overview");
        await page.keyboard.press(key);
        await expect(page.getByRole("dialog", key === "?" ? { name: "Keyboard shortcuts" } : {})).toBeVisible();
        await expectNoFindings(page);
      });
    }
  });
}
