/** What the tests of the inspector's screens share. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { inspectorPort } from "./ports.ts";

const base = `http://127.0.0.1:${inspectorPort}/demo.html`;

export interface Opened {
  /** Errors of the page and of its console. A test expects none at its end. */
  readonly problems: readonly string[];
}

/** Opens a screen of the inspector over made-up or real data. */
export async function open(page: Page, hash: string, query = ""): Promise<Opened> {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("dialog", (dialog) => {
    problems.push(`a dialog of the browser: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(`${base}${query}${hash}`);
  await expect(page.locator("h1")).toBeVisible();
  return { problems };
}

/** The rules of WCAG 2.2 A and AA, and best practice. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join("\n  ")}`,
  );
  expect(found).toEqual([]);
}

/** Whether the page can be scrolled to the side. */
export const isWiderThanItsWindow = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
