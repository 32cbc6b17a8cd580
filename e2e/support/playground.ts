/** What people do in the playground. */
import { expect, type Locator, type Page } from "@playwright/test";

/** What a page may need that makes assets, on a busy machine. */
export const patience = { timeout: 180_000 };

/** Confirms the plan that is shown. */
export async function confirm(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Materialize/ }).click(patience);
  await expect(dialog).toBeHidden(patience);
}

/** The card of an asset in the graph. */
export function node(page: Page, name: string): Locator {
  return page.getByRole("group", { name: /graph/i }).getByRole("link", { name: new RegExp(`^${name},`) });
}

/** Opens a screen without loading the page again. */
export async function open(page: Page, path: string, heading: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${path}`);
  await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible(patience);
}

/** Makes all assets. */
export async function materializeAll(page: Page): Promise<void> {
  await page.goto("/");
  await page.getByRole("button", { name: /Materialize all/ }).click(patience);
  await confirm(page);
  await expect(node(page, "digest")).toHaveAccessibleName(/Missing/, patience);
  await expect(node(page, "alerts")).toHaveAccessibleName(/Failed/, patience);
  await expect(node(page, "rates")).toHaveAccessibleName(/Up to date/, patience);
  await expect(node(page, "map")).toHaveAccessibleName(/Up to date/, patience);
}

/** Makes an asset of the open page, and what it is made from: a few steps, where all assets have two hundred. */
export async function materialize(page: Page, name: string): Promise<void> {
  await open(page, `assets/${name}`, name);
  await page.getByRole("button", { name: "More actions" }).click(patience);
  await page.getByRole("menuitem", { name: "Materialize with all inputs" }).click(patience);
  await confirm(page);
  await open(page, "", "Earthquakes");
  await expect(node(page, name)).toHaveAccessibleName(/Up to date/, patience);
}
