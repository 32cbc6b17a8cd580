/** The page as it is served: as a folder on a static host, and by a process that ends and is started again. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import { build } from "vite";
import { freePort } from "../test/support/servers/free-port.ts";
import { staticHost } from "./support/static-host.ts";

const root = join(import.meta.dirname, "..");
const node = join(root, "node_modules/.bin/node");
const patience = { timeout: 180_000 };
let folder = "";

test.describe.configure({ mode: "default" });
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "edgewater-served-"));
  await build({ configFile: join(root, "inspector-ui/vite.config.ts"), mode: "page", logLevel: "warn" });
});
test.afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (/Content.Security.Policy|Refused to|violates/i.test(message.text())) problems.push(message.text());
  });
  return problems;
}

test("a report in a folder opens on every screen, from a host that only has files", { tag: "@chromium" }, async ({ page }) => {
  const module = join(root, "test/support/cli/assets.ts");
  const edgewater = (...args: string[]) =>
    promisify(execFile)(node, ["--conditions=edgewater-source", join(root, "e2e/support/command-line.ts"), ...args], { cwd: folder });
  await edgewater("materialize", module, "strong", "--upstream");
  await edgewater("backfill", module, "by-region", "--only", "missing");
  await edgewater("materialize", module, "broken").catch(() => undefined);
  await edgewater("ui", module, "--static", "report", "--values");

  await using host = await staticHost(join(folder, "report"));
  const problems = problemsOf(page);
  const main = page.getByRole("main");
  const screens: readonly (readonly [hash: string, heading: string | RegExp, text: string | RegExp])[] = [
    ["", /./, "failed"],
    ["assets", "Assets", "strong"],
    ["assets/strong", "strong", "6.1"],
    ["assets/broken", "broken", "the feed is not there"],
    ["assets/by-region", "by-region", "Choose a partition"],
    ["assets/by-region/partitions", "by-region", "2"],
    ["runs", "Runs", "Failed"],
    ["automation", "Automation", /./],
    ["storage", "Storage", /objects?/],
  ];
  for (const [hash, heading, text] of screens) {
    await page.goto("about:blank");
    await page.goto(`${host.url}#/${hash}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading, patience);
    await expect(main, hash).toContainText(text, patience);
    await expect(page.locator(".problem .chip.fail").filter({ hasText: /NotSupported|NotFound/ })).toHaveCount(0);
    await expect(page.getByRole("alert").filter({ hasText: "A report of" })).toBeVisible();
  }
  await page.goto(`${host.url}#/runs`);
  await main
    .getByRole("link")
    .filter({ hasText: /^[0-9a-f]{8}/ })
    .first()
    .click();
  await expect(main).toContainText("the feed is not there", patience);
  await expect(page.getByRole("button", { name: /^(Materialize|Resume|Export|Plan)/ })).toHaveCount(0);
  expect(problems).toEqual([]);
});

async function serve(port: number): Promise<ChildProcess> {
  const script = join(root, "e2e/support/inspector-server.ts");
  const child = spawn(node, ["--conditions=edgewater-source", script, folder, String(port)], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

test("a lost server is told with its time, and what happened meanwhile is there once it is back", { tag: "@chromium" }, async ({
  page,
}) => {
  const port = await freePort();
  let server = await serve(port);
  try {
    const problems = problemsOf(page);
    await page.goto(`http://127.0.0.1:${port}/`);
    const runs = page
      .locator(".card")
      .filter({ has: page.getByRole("heading", { name: "Runs", exact: true }) })
      .getByRole("link")
      .filter({ hasText: "Success" });
    const rows = (count: number) =>
      expect(page.getByRole("link", { name: new RegExp(`^made, asset.* ${count} rows?`) }).first()).toBeVisible(patience);
    await rows(1);
    server.stdin?.write("make\n");
    await rows(2);
    await expect(runs).toHaveCount(2);
    const materialize = page.getByRole("button", { name: /^Materialize/ }).first();
    await page
      .getByRole("link", { name: /^made, asset/ })
      .first()
      .click();
    await expect(materialize).toBeEnabled(patience);

    await kill(server);
    const note = page.getByRole("alert").filter({ hasText: /^Not live since \d\d:\d\d:\d\d\./ });
    await expect(note).toBeVisible(patience);
    await expect(note).toContainText(/Trying again (in \d+ s|now)/);
    await expect(materialize).toBeDisabled();

    // It makes the asset before it listens: while nobody hears of it.
    server = await serve(port);
    await expect(note).toBeHidden(patience);
    await expect(materialize).toBeEnabled();
    server.stdin?.write("make\n");
    await page.goBack();
    await rows(4);
    await expect(runs).toHaveCount(4);
    await expect(page.locator("html")).toHaveCount(1);
    expect(problems).toEqual([]);
  } finally {
    await kill(server);
  }
});
