/** Hands the pipeline of the relay from runtime to runtime: each makes one asset of the chain. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { chromium } from "playwright";
import { browsers } from "../../scripts/browsers.ts";
import { components } from "../../scripts/components.ts";
import { servePages } from "../../test/support/servers/pages.ts";
import { startWrangler } from "../../test/support/servers/wrangler.ts";
import { root } from "../../test/support/spawn.ts";
import type { Baton, Leg, LegReport, Place } from "./leg.ts";
import { chain } from "./pipeline.ts";

/** A runtime that takes part. */
export interface Runner {
  readonly name: string;
  readonly run: (leg: Leg) => Promise<LegReport>;
}

/** The runtimes in the order of the relay: the browser begins, Node finishes. */
export interface Runners extends AsyncDisposable {
  readonly runners: readonly Runner[];
  /** The origin of the page of the browser. */
  readonly origin: string;
}

/** A leg that was run: which runtime made which asset, and what it reports. */
export interface LegResult {
  readonly runner: string;
  readonly asset: string;
  readonly report: LegReport;
}

const condition = "--conditions=edgewater-source";

/** What of the relay is not on this machine. */
export const missing = [components.chromium, components.workerd, components.deno, components.bun].filter(({ path }) => path === undefined);

/** Starts the runtimes: a browser with a minified page, workerd, Deno, Bun and Node. */
export async function openRunners(): Promise<Runners> {
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "edgewater-relay-"));
  started.defer(() => rm(folder, { recursive: true, force: true }));
  const [pages, worker, browser] = await Promise.all([
    servePages(join(import.meta.dirname, "page"), { isProduction: true }).then((each) => started.use(each)),
    startWrangler({ config: join(import.meta.dirname, "wrangler.jsonc"), folder, useSources: true }).then((each) => started.use(each)),
    chromium.launch(browsers.find(({ name }) => name === "chromium")?.launchOptions).then((each) => started.use(each)),
  ]);
  const inTab = async (leg: Leg): Promise<LegReport> => {
    const page = await browser.newPage();
    await page.goto(pages.url);
    await page.waitForFunction(() => window.run !== undefined);
    const report = await page.evaluate((given) => window.run(given), leg);
    await page.close();
    return report;
  };
  const inWorker = async (leg: Leg): Promise<LegReport> => {
    const response = await fetch(worker.url, { method: "POST", body: JSON.stringify(leg) });
    if (!response.ok) throw new Error(`The Worker answered ${response.status}: ${await response.text()}\n${worker.output()}`);
    return (await response.json()) as LegReport;
  };
  const denoArgs = ["run", "--quiet", "--allow-all", condition];
  const [deno, bun] = [components.deno.path ?? "", components.bun.path ?? ""];
  const resources = started.move();
  return {
    runners: [
      { name: `Chromium ${browser.version().split(".")[0]}`, run: inTab },
      { name: "workerd", run: inWorker },
      { name: `Deno ${await versionOf(deno)}`, run: (leg) => inProcess(deno, denoArgs, leg) },
      { name: `Bun ${await versionOf(bun)}`, run: (leg) => inProcess(bun, ["run", condition], leg) },
      { name: `Node ${process.versions.node}`, run: (leg) => inProcess(process.execPath, [condition], leg) },
    ],
    origin: pages.url,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/**
 * Runs the legs one after the other. Each goes on from the records that the one before it has exported, or all from those of a server.
 *
 * @param server the URL and the token of the records; none means that they are exported
 */
export async function* relay(
  runners: readonly Runner[],
  place: Place,
  server?: { readonly url: string; readonly token: string },
): AsyncGenerator<LegResult, void, void> {
  let baton: Baton = server ?? { exported: "" };
  for (const [index, { name, run }] of runners.entries()) {
    const asset = chain[index] ?? "";
    const report = await run({ place, baton, asset });
    yield { runner: name, asset, report };
    if (server === undefined) baton = { exported: report.exported };
  }
}

async function inProcess(path: string, args: readonly string[], leg: Leg): Promise<LegReport> {
  const program = join(import.meta.dirname, "process.ts");
  const child = spawn(path, [...args, program], { cwd: root, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(JSON.stringify(leg));
  const [printed, problems] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (printed === "") throw new Error(`${path} has not run its leg:\n${problems}`);
  return JSON.parse(printed) as LegReport;
}

/** The version that a program prints, without its name. */
async function versionOf(path: string): Promise<string> {
  const printed = await text(spawn(path, ["--version"]).stdout);
  return /\d+\.\d+\.\d+/.exec(printed)?.[0] ?? "";
}
