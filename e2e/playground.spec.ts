/** The playground from the first visit on: what people see and do. */
import { expect, type Locator, type Page, test } from "@playwright/test";
import expected from "../test/runtime/node-deno-bun/monitoring-versions.json" with { type: "json" };
import { downloadOf, takeDownloads } from "./support/downloads.ts";
import { confirm, materialize, materializeAll, node, open, patience } from "./support/playground.ts";
import { inEveryBrowser } from "./support/tags.ts";

test.setTimeout(600_000);

/** What should never happen on any page: errors, and anything that a policy refuses. */
const problems = new Map<Page, string[]>();

test.beforeEach(({ page }) => watch(page));
test.afterEach(() => {
  expect([...problems.values()].flat()).toEqual([]);
  problems.clear();
});

/** What Firefox says, without an address, of requests that a service worker was answering when the page was left. */
const leftInFirefox = /^Failed to load ‘’\. A ServiceWorker intercepted the request/;

async function watch(page: Page): Promise<void> {
  const found: string[] = [];
  problems.set(page, found);
  page.on("pageerror", ({ message }) => {
    if (!leftInFirefox.test(message)) found.push(message);
  });
  page.on("console", (message) => {
    if (/Content.Security.Policy|Refused to|violates/i.test(message.text())) found.push(message.text());
  });
  await page.addInitScript(() => {
    // Where there is a dialog to choose a file, nobody answers it.
    Reflect.deleteProperty(globalThis, "showSaveFilePicker");
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      console.error(`Content Security Policy: ${violatedDirective} ${blockedURI}`);
    });
  });
}

const functionOf = (page: Page, name: string): Locator => page.getByRole("textbox", { name: `Function of ${name}` });

/** Changes the function of an asset, saves it, and runs it with what depends on it. */
async function edit(page: Page, name: string, change: (text: string) => string): Promise<void> {
  await open(page, `assets/${name}`, name);
  await functionOf(page, name).fill(change(await functionOf(page, name).inputValue(patience)));
  await page.getByRole("button", { name: "Save and run" }).click();
  await confirm(page);
}

const fixed = (text: string): string => text.replace("return rows;", "return rows.filter(({ town }) => town !== null);");

const { features: _task, hourly: _partitioned, ...versions } = expected;
// The two hundred objects of all assets take Firefox minutes in private files.
const { rates: _rates, depths: _depths, ...fewVersions } = versions;

for (const [place, made] of Object.entries({ IndexedDB: versions, "Private files": fewVersions })) {
  test(`makes what other runtimes make, shows it, and keeps it in ${place}`, inEveryBrowser, async ({ page }) => {
    await page.goto("/");
    await page.getByLabel(place).check(patience);
    await expect(page.getByText(`values and records stay in ${place}`)).toBeVisible(patience);
    if (made === versions) await materializeAll(page);
    else for (const name of ["report", "map"]) await materialize(page, name);

    for (const [name, version] of Object.entries(made)) {
      await open(page, `assets/${name}`, name);
      await expect(page.getByTitle(version).first()).toBeVisible(patience);
    }
    await open(page, "assets/strong", "strong");
    await expect(page.getByRole("table").first()).toContainText("50km NNW of Sangiang, Indonesia", patience);
    await open(page, "storage", "Storage");
    await expect(page.getByRole("main")).toContainText("earthquakes/", patience);
    if (place === "IndexedDB") await expectOtherScreens(page);

    await page.goto("/");
    // A reload while modules are on their way is an error of theirs in Firefox.
    await expect(node(page, "map")).toHaveAccessibleName(/Up to date/, patience);
    await page.reload();
    await expect(node(page, "map")).toHaveAccessibleName(/Up to date/, patience);
  });
}

/** The screens that ask nothing of the place. */
async function expectOtherScreens(page: Page): Promise<void> {
  await open(page, "assets/report", "report");
  await expect(page.getByText("39 of magnitude 5 or more.").first()).toBeVisible(patience);
  await open(page, "assets/hourly/partitions", "hourly");
  await expect(page.getByText(/192/).first()).toBeVisible(patience);
  await open(page, "runs", "Runs");
  await expect(page.getByRole("main")).toContainText("Failed", patience);
  await open(page, "automation", "Automation");
  await expect(page.getByRole("main")).toContainText("digest", patience);
}

test("runs an edited function, makes only what depends on it, and keeps the edit", async ({ page }) => {
  await materializeAll(page);
  await edit(page, "alerts", fixed);
  await open(page, "", "Earthquakes");
  await expect(node(page, "digest")).toHaveAccessibleName(/Up to date/, patience);

  await page.reload();
  await open(page, "assets/alerts", "alerts");
  await expect(functionOf(page, "alerts")).toHaveValue(/town !== null/, patience);
  await open(page, "runs", "Runs");
  const runs = page.getByRole("main");
  await expect(runs).toContainText("alerts, digest", patience);

  // Another text of an asset in the middle makes it and what is made from it stale, and nothing else.
  await open(page, "assets/strong", "strong");
  await functionOf(page, "strong").fill((await functionOf(page, "strong").inputValue()).replace("magnitude >= 5", "magnitude >= 6"));
  await page.getByRole("button", { name: "Save and run" }).click();
  await expect(page.getByRole("dialog")).toBeVisible(patience);
  await page.keyboard.press("Escape");
  await open(page, "", "Earthquakes");
  for (const name of ["strong", "map", "report", "digest"]) await expect(node(page, name)).toHaveAccessibleName(/Stale/, patience);
  for (const name of ["quakes", "daily", "depths", "rates"]) await expect(node(page, name)).toHaveAccessibleName(/Up to date/, patience);

  await open(page, "assets/strong", "strong");
  await page.getByRole("button", { name: "Restore the built-in function" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click(patience);
  await open(page, "", "Earthquakes");
  await expect(node(page, "map")).toHaveAccessibleName(/Up to date/, patience);
});

test("shows errors of an edited function with their lines, and ends one that hangs", inEveryBrowser, async ({ page }) => {
  await page.goto("/");
  await materialize(page, "strong");
  await open(page, "assets/alerts", "alerts");
  const field = functionOf(page, "alerts");
  const builtIn = await field.inputValue(patience);
  await field.fill(builtIn.replace("const rows = strong.map(", "const rows = strong.map(("));
  await page.getByRole("button", { name: "Save and run" }).click();
  await expect(page.getByText(/^SyntaxError in line \d+/)).toBeVisible(patience);

  await field.fill(builtIn.replace("const rows", "strong.none.map();\n  const rows"));
  await page.getByRole("button", { name: "Save and run" }).click();
  await confirm(page);
  await expect(page.getByText("TypeError in line 3")).toBeVisible(patience);

  await field.fill(builtIn.replace("const rows", "for (;;);\n  const rows"));
  await page.getByRole("button", { name: "Save and run" }).click();
  await confirm(page);
  // The page goes on meanwhile.
  await page.getByRole("button", { name: "Stop" }).click(patience);
  await expect(page.getByRole("button", { name: "Stop" })).toBeHidden(patience);
  await expect(page.locator("iframe")).toHaveCount(0);
});

test("gives an edited function no storage, no network and no eval, and shows its values as text", inEveryBrowser, async ({ page }) => {
  await page.goto("/");
  await materialize(page, "report");
  const hostile = '<img src=x onerror="parent.hacked = 1"><script>hacked = 1</script>';
  await edit(
    page,
    "report",
    () => `async function report() {
  const tries = {
    fetch: () => fetch("http://127.0.0.1:1/"),
    indexedDB: () => new Promise((resolve, reject) => { const request = indexedDB.open("playground"); request.onsuccess = resolve; request.onerror = reject; }),
    opfs: () => navigator.storage.getDirectory(),
    caches: () => caches.open("x"),
    eval: () => new Function("return 1")(),
    import: () => import("data:text/javascript,1"),
    importScripts: () => importScripts("data:text/javascript,1"),
  };
  const open = [];
  for (const [name, attempt] of Object.entries(tries)) await Promise.resolve().then(attempt).then(() => open.push(name), () => {});
  return ${JSON.stringify(hostile)} + "\\nopen: " + open.join(",") + ".";
}
`,
  );
  await expect(page.getByRole("main")).toContainText("open: .", patience);
  await expect(page.getByRole("main")).toContainText("<script>hacked = 1</script>");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  // Firefox tells the page what the policies have refused in the sandbox: these tries, and nothing else.
  const tried = /connect-src\) at http:\/\/127\.0\.0\.1:1\/|JavaScript eval|at data:text\/javascript,1|script-src-elem data$/;
  problems.set(page, problems.get(page)?.filter((problem) => !tried.test(problem)) ?? []);
});

test("moves everything to another browser with an export", inEveryBrowser, async ({ page, browser, browserName }) => {
  const take = browserName === "firefox" ? await takeDownloads(page) : (press: () => Promise<void>) => downloadOf(page, press);
  await page.goto("/");
  await materialize(page, "report");
  await edit(page, "alerts", fixed);
  await open(page, "storage", "Storage");
  const file = await take(() =>
    page
      .getByRole("button", { name: /Export/ })
      .first()
      .click(),
  );

  const fresh = await browser.newContext();
  const other = await fresh.newPage();
  await watch(other);
  await other.goto("/#/storage");
  await other.locator('input[type="file"]').setInputFiles(file);
  await other
    .getByRole("dialog")
    .getByRole("button", { name: /^Import/ })
    .click(patience);
  await open(other, "", "Earthquakes");
  await expect(node(other, "digest")).toHaveAccessibleName(/Up to date/, patience);
  await open(other, "assets/quakes", "quakes");
  await expect(other.getByTitle(expected.quakes).first()).toBeVisible(patience);
  await open(other, "assets/alerts", "alerts");
  await expect(functionOf(other, "alerts")).toHaveValue(/town !== null/, patience);
  await fresh.close();
});

test("explains why a bucket cannot be reached, and keeps no keys", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel("A bucket").check(patience);
  await page.getByLabel("Endpoint").fill("http://127.0.0.1:9");
  await page.getByRole("textbox", { name: "Bucket", exact: true }).fill("quakes");
  await page.getByLabel("Access key").fill("AKIAEXAMPLE");
  await page.getByLabel("Secret key").fill("very-secret");
  await page.getByRole("button", { name: "Connect" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "CORS" })).toContainText(
    "Cannot reach the bucket quakes from this page",
    patience,
  );
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(kept).not.toContain("secret");
  expect(kept).not.toContain("AKIA");
});

test("keeps two tabs alike, also when both materialize and one is closed", inEveryBrowser, async ({ page, context }) => {
  await page.goto("/");
  const other = await context.newPage();
  await watch(other);
  await other.goto("/");
  await expect(other.getByRole("button", { name: /Materialize all/ })).toBeVisible(patience);
  await page.getByRole("button", { name: /Materialize all/ }).click(patience);
  await confirm(page);
  // What one makes appears in the other, which hears of it from the tab that asks.
  await expect(node(other, "map")).toHaveAccessibleName(/Up to date/, patience);
  await expect(node(other, "alerts")).toHaveAccessibleName(/Failed/, patience);

  await Promise.all([edit(page, "depths", (text) => `${text}\n`), edit(other, "daily", (text) => `${text}\n`)]);
  await page.close({ runBeforeUnload: false });
  problems.delete(page);
  await open(other, "", "Earthquakes");
  // What the closed tab was making is not shown as running: nobody makes it now.
  for (const name of ["depths", "daily"]) await expect(node(other, name)).not.toHaveAccessibleName(/Running/, patience);
  await other
    .getByRole("button", { name: /^Materialize/ })
    .first()
    .click(patience);
  await confirm(other);
  await expect(node(other, "depths")).toHaveAccessibleName(/Up to date/, patience);
  await edit(other, "alerts", fixed);
  await open(other, "", "Earthquakes");
  await expect(node(other, "digest")).toHaveAccessibleName(/Up to date/, patience);
});

test("sends its policies, and a worker that parses strings has one of its own", async ({ page }) => {
  const response = await page.goto("/");
  expect(response?.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(response?.headers()).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
  expect(response?.headers()["content-security-policy"]).not.toContain("unsafe");
  const inPage = page.locator('meta[http-equiv="Content-Security-Policy"]');
  await expect(inPage).toHaveAttribute(
    "content",
    /^default-src 'none'; script-src 'self' 'sha256-[^']+'; worker-src 'self' blob:; style-src 'self';/,
  );
});
