/** The inspector over a real repository in memory: what happens in it comes to the page, and what the page asks for happens. */
import { expect, type Page, test } from "@playwright/test";
import type { Living } from "../test/support/inspection/living.ts";
import { base } from "./inspector-pages.ts";

declare global {
  interface Window {
    readonly living: Living;
  }
}

const sixHours = { from: "2018-02-06T16:00", to: "2018-02-06T21:00" };

async function openLiving(page: Page, hash: string): Promise<string[]> {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("dialog", (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(`${base}?over=living${hash}`);
  await page.waitForFunction(() => window.living !== undefined);
  await expect(page.locator("h1")).toBeVisible();
  return problems;
}

/** Begins a run, and ends when the step that waits is running. */
async function begin(page: Page): Promise<string> {
  await page.evaluate((partitionRange) => {
    window.living.repository.materialize({ partitionRange }).catch(() => {});
  }, sixHours);
  await page.waitForFunction(async () => {
    const [row] = await window.living.inspection.runs();
    const run = row && (await window.living.inspection.run(row.runId));
    return run?.steps.some(({ step, progress }) => step === "slow" && progress?.done === 62) && run.failures.length === 2;
  });
  return page.evaluate(async () => (await window.living.inspection.runs())[0]?.runId ?? "");
}

test("a run comes to its screen while it goes on: steps, progress, log and failures, all as text", async ({ page }) => {
  const problems = await openLiving(page, "#/runs");
  await expect(page.getByText("Nothing has run yet.")).toBeVisible();
  const runId = await begin(page);
  await page.getByRole("link", { name: runId.slice(0, 8) }).click();
  const timeline = page.getByRole("table", { name: "Timeline" });
  await expect(timeline.getByRole("row").filter({ hasText: "slow" })).toContainText("62 %");
  await expect(timeline.getByRole("row").filter({ hasText: "hourly" })).toContainText("5 of 6, 1 failed");
  await expect(page.getByRole("region", { name: "alerts failed" })).toContainText(
    "39 rows have no recipient: <img src=x onerror=alert(1)>",
  );
  await expect(page.getByRole("region", { name: /^hourly/ })).toContainText("<script>alert(1)</script>");
  await expect(page.getByRole("log")).toContainText("Projected 62 of 100");

  await page.evaluate(() => window.living.release());
  await expect(page.getByText(/^Failed, /)).toBeVisible();
  await expect(timeline.getByRole("row").filter({ hasText: "digest" })).toContainText("Skipped");
  // What came live and is recorded by now is there once.
  const projected = page.getByRole("log").locator(".log-row").filter({ hasText: "Projected 62 of 100" });
  await expect(projected).toHaveCount(1);
  expect(problems).toEqual([]);
});

test("a run is canceled from the page, and resumed: what is recorded is kept", async ({ page }) => {
  await openLiving(page, "#/runs");
  const runId = await begin(page);
  await page.getByRole("link", { name: runId.slice(0, 8) }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the run" }).click();
  await expect(page.getByText(/^Canceled, /)).toBeVisible();
  await page.keyboard.press("Escape");

  await page.evaluate(() => {
    window.living.mend();
    window.living.release();
  });
  await page.getByRole("button", { name: "Resume" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(/Makes \d+ steps?, keeps \d+/);
  await dialog.getByRole("button", { name: /^Resume/ }).click();
  await expect(page.getByText(/^Success, /)).toBeVisible();
});

test("what has failed and what is missing is backfilled from the strip", async ({ page }) => {
  await openLiving(page, "#/assets/hourly/partitions");
  await begin(page);
  const failed = page.getByRole("gridcell", { name: "2018-02-06, 18:00: failed" });
  await expect(failed).toBeVisible();
  await page.evaluate(() => {
    window.living.release();
    window.living.mend();
  });
  await failed.click();
  await page.getByRole("button", { name: "Backfill 1 partition" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Backfill/ }).click();
  await expect(page.getByRole("gridcell", { name: /2018-02-06, 18:00: \d+ rows/ })).toBeVisible();
});

test("records and values are exported, and a file that is dropped is imported after a look", async ({ page }) => {
  await openLiving(page, "#/storage");
  // The file of one repository goes into the next one, which is empty.
  await page.evaluate(async () => {
    await window.living.repository.materialize({ selection: ["quakes"] });
    sessionStorage.setItem("file", await new Response(await window.living.inspection.export("all")).text());
  });
  await page.reload();
  await page.waitForFunction(() => window.living !== undefined);
  await expect(page.getByText("Nothing is stored yet.").first()).toBeVisible();
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([sessionStorage.getItem("file") ?? ""], "week.edgewater"));
    const screen = document.querySelector("#inspector")?.shadowRoot?.querySelector(".drop");
    screen?.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer }));
  });
  const dialog = page.getByRole("dialog", { name: "Import week.edgewater" });
  await expect(dialog.getByRole("status")).toContainText(/It has \d+ events, 1 run and 2 values/);
  await dialog.getByRole("button", { name: "Import" }).click();
  await expect(dialog.getByRole("status")).toContainText("Added");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(page.locator("table.objects")).toContainText("quakes");
});
