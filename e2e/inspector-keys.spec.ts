import { expect, test } from "@playwright/test";
import { focused, open, screenNames, sweep } from "./inspector-pages.ts";
import { inEveryBrowser } from "./support/tags.ts";

test.use({ viewport: { width: 1280, height: 900 } });

test("Tab goes from the skip link over search, views and theme to the content", inEveryBrowser, async ({ page }) => {
  await open(page, "overview");
  const order: string[] = [];
  for (let press = 0; press < 13; press += 1) {
    await page.keyboard.press("Tab");
    order.push(await focused(page));
  }
  expect(order).toEqual([
    "Skip to content",
    "Search or run a command",
    "Overview",
    "Assets",
    "Partitions8 to make",
    "Runs1 failed",
    "Automation",
    "Storage",
    "Theme: system",
    "Keyboard shortcuts",
    "Plan",
    "Materialize 5 assets that need it",
    "Graph",
  ]);
});

test("the skip link leads to the content", inEveryBrowser, async ({ page }) => {
  await open(page, "overview");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect.poll(() => focused(page)).toBe("Plan");
  await expect(page).toHaveURL(/#\/$/);
});

test("the palette finds an asset, opens it, and Escape gives the focus back", inEveryBrowser, async ({ page }) => {
  await open(page, "overview");
  await page.getByRole("button", { name: "Search or run a command" }).first().focus();
  await page.keyboard.press("Enter");
  const field = page.getByRole("combobox", { name: "Search or run a command" });
  await expect(field).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect.poll(() => focused(page)).toBe("Search or run a command");

  await page.keyboard.press("Control+k");
  await field.fill("hour");
  await expect(page.getByRole("option").first()).toContainText("hourly");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "hourly" })).toBeFocused();
  await expect(page).toHaveURL(/#\/assets\/hourly$/);
});

test("g and a letter go to a view, t changes the theme, [ and ] go to the next asset", inEveryBrowser, async ({ page }) => {
  await open(page, "overview");
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await expect(page.getByRole("heading", { level: 1, name: "Assets" })).toBeFocused();
  await page.keyboard.press("t");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "daily" })).toBeVisible();
  await page.keyboard.press("]");
  await expect(page.getByRole("heading", { level: 1, name: "depths" })).toBeVisible();
  await page.keyboard.press("[");
  await expect(page.getByRole("heading", { level: 1, name: "daily" })).toBeVisible();
});

test("keys do nothing in a field, and can be switched off", inEveryBrowser, async ({ page }) => {
  await open(page, "assets");
  await page.getByRole("searchbox", { name: "Filter the assets" }).fill("");
  await page.keyboard.type("gas?t");
  await expect(page.getByRole("heading", { level: 1, name: "Assets" })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.getByRole("heading", { level: 1 }).focus();
  await page.keyboard.press("?");
  await page.getByRole("checkbox", { name: "Keys without a modifier do something" }).uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeVisible();
});

test("arrow keys follow the edges of the graph", inEveryBrowser, async ({ page }) => {
  await open(page, "overview");
  await page
    .getByRole("link", { name: /^quakes, asset, Up to date/ })
    .first()
    .focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => focused(page)).toMatch(/^(strong|daily), asset/);
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => focused(page)).toMatch(/^quakes, asset/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => focused(page)).toMatch(/^(daily|depths), asset/);
});

test("a new screen has the focus on its heading and begins at its top; the way back restores both", inEveryBrowser, async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 500 });
  await open(page, "overview");
  const link = page.getByRole("link", { name: /^report is stale/ });
  await link.scrollIntoViewIfNeeded();
  await link.focus();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const before = await page.evaluate(() => scrollY);
  expect(before).toBeGreaterThan(0);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "report" })).toBeFocused();
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
  await expect(page.getByRole("status").filter({ hasText: "report" })).toHaveCount(1);
  await page.goBack();
  await expect(link).toBeFocused();
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(before);
});

test(
  "the focus stays on the heading when the data of its screen comes later, and keys go on meanwhile",
  inEveryBrowser,
  async ({ page }) => {
    await open(page, "a run", "delay=700");
    await page.keyboard.press("[");
    const heading = page.getByRole("heading", { level: 1, name: "9b02" });
    await expect(heading).toBeFocused();
    await expect(page.getByRole("button", { name: "Run after this one" })).toBeVisible();
    await expect(heading).toBeFocused();
    await page.keyboard.press("[");
    await page.keyboard.press("]");
    await expect(heading).toBeFocused();
    await page.goBack();
    await page.goBack();
    await expect(page.getByRole("heading", { level: 1, name: "9b02" })).toBeFocused();
  },
);

test("a key that is pressed before the page has answered the last one goes on from where that led", async ({ page }) => {
  await open(page, "a run");
  await page.keyboard.press("[");
  const heading = page.getByRole("heading", { level: 1, name: "9b02" });
  await expect(heading).toBeFocused();
  await page.evaluate(async () => {
    for (const key of ["[", "]", "[", "[", "]", "]"]) {
      dispatchEvent(new KeyboardEvent("keydown", { key }));
      // What is drawn at once is drawn; no event has come yet.
      for (let turn = 0; turn < 20; turn++) await undefined;
    }
  });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await expect(heading).toBeFocused();
});

for (const name of screenNames)
  test(`what has the focus has a ring on the screen of ${name}`, sweep(name), async ({ page }) => {
    await open(page, name);
    for (const forcedColors of ["none", "active"] as const) {
      await page.emulateMedia({ forcedColors });
      const without = await page.evaluate(() => {
        const root = document.querySelector("#inspector")?.shadowRoot;
        const found: string[] = [];
        // Forced colors leave no shadow, so a ring is an outline.
        for (const element of root?.querySelectorAll<HTMLElement>("a[href], button, input, select, summary, [tabindex='0']") ?? []) {
          element.focus({ focusVisible: true } as FocusOptions);
          if (root?.activeElement !== element) continue;
          const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(element);
          const hasRing = outlineStyle === "solid" && Number.parseFloat(outlineWidth) >= 2 && Number.parseFloat(outlineOffset) >= 2;
          if (!hasRing) found.push(element.outerHTML.slice(0, 120));
        }
        return found;
      });
      expect(without).toEqual([]);
    }
  });
