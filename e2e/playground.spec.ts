import { expect, type Page, test } from "@playwright/test";
import expected from "../test/runtime/node-deno-bun/data-versions.json" with { type: "json" };

for (const [store, label] of [
  ["indexeddb", "IndexedDBStore(playground)"],
  ["opfs", "OPFSStore(playground)"],
] as const) {
  test(`materializes into ${store} with the same data versions as other runtimes, and loads them after a reload`, async ({ page }) => {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    await page.goto("/");
    await page.getByLabel("Keep it in").selectOption(store);
    await expect(page.getByRole("status")).toContainText(`Nothing in ${label} yet`);

    await page.getByRole("button", { name: "Materialize" }).click();
    await expect(page.getByRole("status")).toHaveText(`Materialized into ${label}`);
    expect(await column(page, "objects", 4)).toEqual(namedBy(await column(page, "objects", 0), expected));
    await expectRowsAndChart(page);

    await page.reload();
    await expect(page.getByRole("status")).toHaveText(`Loaded back from ${label}`);
    await expectRowsAndChart(page);
    expect(problems).toEqual([]);
  });
}

async function expectRowsAndChart(page: Page): Promise<void> {
  await expect(page.locator("#rows tbody tr")).toHaveCount(39);
  await expect(page.locator("#rows tbody tr").first()).toContainText("2018-01-31T02:00:31.800Z");
  await expect(page.getByRole("img", { name: "02-04: 301" })).toBeVisible();
  await expect(page.locator("#chart rect")).toHaveCount(8);
}

async function column(page: Page, table: string, index: number): Promise<string[]> {
  return page.locator(`#${table} tbody tr td:nth-child(${index + 1})`).allTextContents();
}

function namedBy(names: readonly string[], versions: Readonly<Record<string, string>>): (string | undefined)[] {
  expect([...names].sort()).toEqual(Object.keys(versions).sort());
  return names.map((name) => versions[name]);
}
