/**
 * `npm run shots`: screenshots of the screens of the inspector over a fixed story, in both themes and two widths, into `.shots`.
 * Arguments are parts of names: only those screens.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright";
import { build, preview } from "vite";
import { browsers } from "./browsers.ts";

const root = join(import.meta.dirname, "..");
const folder = join(root, ".shots");
const configFile = join(root, "inspector-ui/vite.config.ts");
const screens: Readonly<Record<string, string>> = {
  overview: "#/",
  "first-visit": "?state=empty#/",
  offline: "?state=offline#/",
  assets: "#/assets",
  "asset-table": "#/assets/quakes",
  "asset-map": "#/assets/daily",
  "asset-stale": "#/assets/report",
  "asset-failed": "#/assets/alerts",
  partitions: "#/assets/hourly/partitions",
  runs: "#/runs",
  run: "#/runs/7c1e",
  automation: "#/automation",
  storage: "#/storage",
};

const wanted = process.argv.slice(2);
const launchOptions = browsers.find(({ name }) => name === "chromium")?.launchOptions;
if (launchOptions === undefined) throw new Error("Cannot make screenshots: Chromium was not found; run npm run setup");

mkdirSync(folder, { recursive: true });
await build({ configFile, mode: "demo", logLevel: "warn" });
const server = await preview({ configFile, mode: "demo", preview: { host: "127.0.0.1", port: 0 } });
const base = server.resolvedUrls?.local[0] ?? "";
const browser = await chromium.launch(launchOptions);
for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    const page = await browser.newPage({ viewport: { width, height: width > 640 ? 900 : 844 }, colorScheme, reducedMotion: "reduce" });
    for (const [name, path] of Object.entries(screens)) {
      if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
      await page.goto(`${base}demo.html${path}`);
      await page.reload();
      await page.locator("h1").first().waitFor();
      await page.waitForTimeout(400);
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`), fullPage: true });
    }
    await page.close();
  }
}
await browser.close();
await server.close();
console.log(`Screenshots are in ${folder}`);
