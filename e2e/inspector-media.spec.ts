/** The screens as people set up their devices: zoomed, on paper, with more contrast, and while data is on its way. */
import { expect, type Page, test } from "@playwright/test";
import { open, type Screen, screenNames, violations } from "./inspector-pages.ts";

const chromium = { tag: "@chromium" };

test("at a zoom of 400 % everything is still there, in one column", chromium, async ({ page }) => {
  // 1280 CSS pixels at 400 % are 320.
  for (const name of ["overview", "a table", "a run", "partitions", "storage"] as const) {
    await page.setViewportSize({ width: 1280, height: 1024 });
    await open(page, name);
    // Until all data of the screen has come, some names change.
    await expect(async () => {
      await page.setViewportSize({ width: 1280, height: 1024 });
      const wide = await controls(page);
      await page.setViewportSize({ width: 320, height: 256 });
      await expect(page.locator(".tabs")).toBeVisible();
      const narrow = new Set(await controls(page));
      // What a narrow screen leaves out has another way: the tabs for the rail, the menu and the palette for the rest.
      const lost = wide.filter((text) => !narrow.has(text) && !hasOtherWay(text));
      expect(lost, name).toEqual([]);
    }).toPass();
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(320);
    const hidden = await page.evaluate(cutTexts);
    expect.soft(hidden, name).toEqual([]);
  }
});

const hasOtherWay = (text: string): boolean =>
  /^(Search or run a command|Theme|Keyboard shortcuts|Overview|Assets|Partitions|Runs|Automation|Storage|Graph|Table|Export|Plan|Select what is missing|More…|.*, (asset|task|external),?.*)/.test(
    text,
  );

/** The names of the buttons and links that are drawn. */
function controls(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.querySelector("#inspector")?.shadowRoot;
    const all = [...(root?.querySelectorAll<HTMLElement>("main button, main a, main input, main select, .rail a, .tabs a") ?? [])];
    return all
      .filter((element) => element.checkVisibility() && element.closest(".rows, .log-rows, .heat-body") === null)
      .map((element) => element.getAttribute("aria-label") ?? element.textContent?.trim() ?? "");
  });
}

/** The headings and messages that are cut off. */
function cutTexts(): string[] {
  const root = document.querySelector("#inspector")?.shadowRoot;
  return [...(root?.querySelectorAll<HTMLElement>("h1, h2, p") ?? [])]
    .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
    .map((element) => element.textContent ?? "");
}

test("paper has the open screen in light colours, without what only can be pressed", chromium, async ({ page }) => {
  await page.setViewportSize({ width: 800, height: 1100 });
  for (const name of ["overview", "a table", "a run", "partitions"] as const) {
    await page.emulateMedia({ media: "screen", colorScheme: "dark" });
    await open(page, name);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await expect(page.locator("h1")).toBeVisible();
    for (const part of [".rail", ".top", ".tabs", ".head .acts"]) await expect.soft(page.locator(part), `${name} ${part}`).toBeHidden();
    const { background, color } = await page
      .locator(".card")
      .first()
      .evaluate((card) => {
        const { backgroundColor: background, color } = getComputedStyle(card);
        return { background, color };
      });
    expect.soft([background, color], name).toEqual(["rgb(255, 255, 255)", "rgb(18, 24, 26)"]);
    expect.soft(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(800);
    // Nothing is left on a sheet of its own but what is longer than one.
    expect((await page.pdf({ format: "A4", printBackground: true })).byteLength).toBeGreaterThan(10_000);
  }
});

test("more contrast makes lines and texts darker, and axe finds nothing", chromium, async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const look = () =>
    page
      .locator(".card")
      .first()
      .evaluate((card) => {
        const faint = card.querySelector(".faint, .sub") ?? card;
        return [getComputedStyle(card).borderTopColor, getComputedStyle(faint).color];
      });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ contrast: "no-preference", colorScheme });
    await open(page, "overview");
    const plain = await look();
    await page.emulateMedia({ contrast: "more", colorScheme });
    const more = await look();
    expect(more[0]).not.toBe(plain[0]);
    expect(more[1]).not.toBe(plain[1]);
    for (const border of await page.locator(".node").evaluateAll((nodes) => nodes.map((node) => getComputedStyle(node).borderTopColor)))
      expect(border).not.toBe("rgba(0, 0, 0, 0)");
    expect.soft(await violations(page, "colors"), colorScheme).toEqual([]);
  }
});

const withTables: readonly Screen[] = screenNames.filter((name) => !["first visit", "offline"].includes(name));

test("columns and rows have names also while their data is on its way", chromium, async ({ page }) => {
  for (const name of withTables) {
    await page.addInitScript(watchHeaders);
    await open(page, name, "delay=250");
    await page.waitForFunction(() => (window as unknown as { answers: number }).answers >= 2);
    await expect(page.getByText("Loading…")).toHaveCount(0);
    expect.soft(await page.evaluate(() => [...(window as unknown as { unnamed: Set<string> }).unnamed]), name).toEqual([]);
  }
});

/** Looks at the headers of all tables in every frame. */
function watchHeaders(): void {
  const unnamed = new Set<string>();
  const state = Object.assign(window, { unnamed, answers: 0 });
  let before = "";
  const look = (): void => {
    const root = document.querySelector("#inspector")?.shadowRoot;
    for (const header of root?.querySelectorAll("th, [role=columnheader], [role=rowheader]") ?? []) {
      if ((header.textContent ?? "").trim() === "") unnamed.add(header.outerHTML.slice(0, 200));
    }
    const text = root?.querySelector("main")?.textContent ?? "";
    if (text !== before) state.answers++;
    before = text;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
