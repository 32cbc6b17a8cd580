import { expect, test } from "@playwright/test";
import { open, screenNames, sweep } from "./inspector-pages.ts";

for (const name of screenNames) {
  test(`nothing scrolls sideways on the screen of ${name}, from 320 to 3840 px`, sweep(name), async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 900 });
    await open(page, name);
    await page.waitForLoadState("networkidle");
    for (const width of [320, 360, 390, 768, 1280, 1920, 3840]) {
      await page.setViewportSize({ width, height: 900 });
      const { content, room } = await page.evaluate(async () => {
        // What observes sizes draws in the next frames.
        for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
        return { content: document.documentElement.scrollWidth, room: document.documentElement.clientWidth };
      });
      expect.soft(content, `${width} px`).toBeLessThanOrEqual(room);
    }
  });
}

test("below 640 px the graph is a list with the same nodes", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "overview");
  const list = page.getByRole("list", { name: "Assets in order of dependency" });
  await expect(list).toBeVisible();
  await expect(list.getByRole("link")).toHaveCount(13);
  await expect(page.getByRole("group", { name: "Asset graph" })).toBeHidden();
  await page.setViewportSize({ width: 1280, height: 900 });
  await expect(page.getByRole("group", { name: "Asset graph" }).getByRole("link")).toHaveCount(13);
  await expect(list).toBeHidden();
  await page.getByRole("button", { name: "Table" }).click();
  await expect(list.getByRole("link")).toHaveCount(13);
});

test("reduced motion: nothing is animated, and what is running still shows how far it is", async ({ page }) => {
  await open(page, "overview");
  await expect(page.getByRole("link", { name: /^map, asset, Running, running, 62 %/ }).first()).toBeVisible();
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});

// Playwright does not emulate forced colors over WebDriver BiDi.
test("forced colors keep every glyph and border", { tag: "@chromium" }, async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await open(page, "overview");
  const glyphs = page.locator(".legend svg");
  await expect(glyphs).toHaveCount(8);
  for (const border of await page.locator(".node").evaluateAll((nodes) => nodes.map((node) => getComputedStyle(node).borderTopWidth))) {
    expect(border).toBe("2px");
  }
});

test("the shapes of the statuses differ without their colours", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await open(page, "overview");
  const shapes = await page.locator(".legend svg").evaluateAll((glyphs) => glyphs.map((glyph) => glyph.innerHTML));
  expect(new Set(shapes).size).toBe(shapes.length);
});

test("a lost connection is said with its time, and the way to try again", async ({ page }) => {
  await open(page, "offline");
  await expect(page.getByRole("alert").filter({ hasText: "Not live since" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Try now" })).toBeVisible();
});

// Firefox does not report layout shifts.
test("the first screen does not move while events come", { tag: "@chromium" }, async ({ page }) => {
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await open(page, "overview", "live=200");
  await expect(page.getByText("live event 200").first()).toBeAttached({ timeout: 180_000 });
  const moved = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0));
  // A thousandth is less than one text that grows by a digit; a row that moves is ten times as much.
  expect(moved).toBeLessThan(0.001);
});
