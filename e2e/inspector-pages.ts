/** The screens of the inspector over its story, for the specs. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { inspectorPort } from "./ports.ts";

export const origin = `http://127.0.0.1:${inspectorPort}/`;
export const base = `${origin}demo.html`;

/** The screens that a spec opens, by what their `h1` says. */
export const screens = {
  overview: ["#/", "Earthquakes"],
  "first visit": ["?state=empty#/", "Nothing has been materialized yet"],
  offline: ["?state=offline#/", "Earthquakes"],
  assets: ["#/assets", "Assets"],
  "a table": ["#/assets/quakes", "quakes"],
  "a chart": ["#/assets/daily", "daily"],
  "a stale asset": ["#/assets/report", "report"],
  "a failed asset": ["#/assets/alerts", "alerts"],
  "an asset without a value": ["#/assets/rates", "rates"],
  runs: ["#/runs", "Runs"],
  "a run": ["#/runs/7c1e", "7c1e"],
  "an interrupted run": ["#/runs/9b02", "9b02"],
  partitions: ["#/assets/hourly/partitions", "hourly"],
  automation: ["#/automation", "Automation"],
  storage: ["#/storage", "Storage"],
  hostile: ["?state=hostile#/assets/hostile", "hostile"],
} as const;

export type Screen = keyof typeof screens;
export const screenNames = Object.keys(screens) as Screen[];

/** A test of every screen looks at these in every browser, and at the others in Chromium alone, so that all of it stays short. */
const essential: ReadonlySet<Screen> = new Set(["overview", "a table", "a run", "partitions"]);
export const isEssential = (name: Screen): boolean => essential.has(name);
export const sweep = (name: Screen): { tag: string[] } => ({ tag: isEssential(name) ? [] : ["@chromium"] });

export async function open(page: Page, name: Screen, query = ""): Promise<void> {
  const [path, heading] = screens[name];
  const [search = "", hash = ""] = path.startsWith("?") ? path.split("#") : ["", path.slice(1)];
  const parameters = [search.slice(1), query].filter((text) => text !== "").join("&");
  // A new document, though only what follows `#` differs.
  await page.goto("about:blank");
  await page.goto(`${base}${parameters === "" ? "" : `?${parameters}`}#${hash}`);
  await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
}

/** What axe finds, in short; only by the rules that a theme can break when `colors` are asked for. */
export async function violations(page: Page, rules: "all" | "colors" = "all"): Promise<string[]> {
  // What passes is not told: naming each of its elements took most of the time. The page has no frames, of which only the other mode of
  // axe tells everything, through a page of its own.
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).setLegacyMode();
  if (rules === "colors") axe.withRules(["color-contrast", "link-in-text-block"]);
  else axe.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);
  const { violations: found } = await axe.analyze();
  return found.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} ${failureSummary}`).join(" | ")}`,
  );
}

/** The name of what has the focus, as far as a test asks: its text, or its label. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const active = document.querySelector("#inspector")?.shadowRoot?.activeElement;
    return active?.getAttribute("aria-label") ?? active?.textContent?.trim() ?? "";
  });
}
