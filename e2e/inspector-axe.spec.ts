import { expect, type Page, test } from "@playwright/test";
import { open, screenNames, sweep, violations } from "./inspector-pages.ts";

/** Looks at a page at both widths and in both themes: all rules in the light one, those about colors in the dark one. */
async function inAllLooks(page: Page, show: () => Promise<void>): Promise<void> {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await show();
    expect.soft(await violations(page), `light, ${width} px`).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    expect.soft(await violations(page, "colors"), `dark, ${width} px`).toEqual([]);
  }
}

for (const name of screenNames) {
  test(`axe finds nothing on the screen of ${name}`, sweep(name), async ({ page }) => {
    await inAllLooks(page, async () => {
      await open(page, name);
      await page.waitForLoadState("networkidle");
    });
  });
}

test("axe finds nothing in the palette and the list of keys", { tag: "@chromium" }, async ({ page }) => {
  for (const [key, label] of [
    ["/", /./],
    ["?", "Keyboard shortcuts"],
  ] as const) {
    await inAllLooks(page, async () => {
      await open(page, "overview");
      await page.keyboard.press(key);
      await expect(page.getByRole("dialog", { name: label })).toBeVisible();
    });
  }
});
