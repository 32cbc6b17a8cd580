import { expect, test } from "@playwright/test";
import { open, screens, violations } from "./inspector-pages.ts";

// axe looks at every element; on a busy machine that takes its time.
test.describe.configure({ timeout: 240_000 });

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    test.describe(`in the ${colorScheme} theme, ${width} px wide`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 }, reducedMotion: "reduce" } as object);

      for (const name of Object.keys(screens) as (keyof typeof screens)[]) {
        test(`axe finds nothing on the screen of ${name}`, async ({ page }) => {
          await open(page, name);
          await page.waitForLoadState("networkidle");
          expect(await violations(page)).toEqual([]);
        });
      }

      test("axe finds nothing in the palette and the list of keys", async ({ page }) => {
        await open(page, "overview");
        await page.keyboard.press("/");
        await expect(page.getByRole("dialog")).toBeVisible();
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press("Escape");
        await page.keyboard.press("?");
        await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
        expect(await violations(page)).toEqual([]);
      });
    });
  }
}
