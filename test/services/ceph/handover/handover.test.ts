/** A run that a tab begins over remote records and S3, and the workers of a server finish after the tab was closed. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium, firefox } from "playwright";
import { expect, inject, it } from "vitest";
import { browsers } from "../../../../scripts/browsers.ts";
import { servePages } from "../../../support/servers/pages.ts";
import { root } from "../../../support/spawn.ts";
import type { TabReport } from "./page/page.ts";
import type { ServerOptions, ServerReport } from "./server.ts";

const token = "a-token-for-the-tab";

/** Begins the run in a tab, closes the tab, and lets the server finish the run. */
async function handOver(
  { name, launchOptions }: (typeof browsers)[number],
  stopAfter: string,
): Promise<readonly [TabReport, ServerReport]> {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-handover-"));
  await using pages = await servePages(join(import.meta.dirname, "page"));
  const place = { s3: inject("s3"), prefix: `handover/${crypto.randomUUID()}` };
  const options: ServerOptions = { folder, place, token, origin: pages.url };
  const program = join(import.meta.dirname, "server.ts");
  const server = spawn(process.execPath, ["--conditions=edgewater-source", program, JSON.stringify(options)], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]();
  const browser = await { chromium, firefox }[name].launch(launchOptions);
  try {
    const url = String((await lines.next()).value);
    const page = await browser.newPage();
    await page.goto(pages.url);
    await page.waitForFunction(() => window.begin !== undefined);
    const tab = await page.evaluate((given) => window.begin(given), { place, records: { url, token }, stopAfter });
    await page.close();
    server.stdin.write(`${tab.runId}\n`);
    return [tab, JSON.parse(String((await lines.next()).value)) as ServerReport];
  } finally {
    await browser.close();
    server.stdin.end();
    await rm(folder, { recursive: true, force: true });
  }
}

it.skipIf(browsers.length === 0)("a worker finishes the run of a closed tab, and computes nothing again", async () => {
  for (const browser of browsers) {
    const [tab, server] = await handOver(browser, "doubled");
    expect(tab.calls, browser.name).toEqual(["numbers", "doubled"]);
    expect(server, browser.name).toEqual({
      calls: [],
      workerCalls: ["total"],
      total: 12,
      status: "Success",
      materialized: [
        ["numbers", false],
        ["doubled", true],
        ["total", false],
      ],
    });
  }
});
