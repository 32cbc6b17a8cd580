/** Kills a real browser at random moments while it writes, opens its profile again, and looks at what is left. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { browsers } from "../../../scripts/browsers.ts";
import { servePages } from "../../support/servers/pages.ts";
import { type Kind, kinds } from "./browser/kinds.ts";
import { Judge } from "./judge.ts";
import { type Key, keys, type Left } from "./plan.ts";

type Browser = (typeof browsers)[number];

/** Firefox offers what it ran last, asks for things, and refuses to start after crashes: none of that. */
const firefoxPreferences = [
  ["browser.sessionstore.resume_from_crash", false],
  ["toolkit.startup.max_resumed_crashes", -1],
  ["browser.shell.checkDefaultBrowser", false],
  ["browser.aboutwelcome.enabled", false],
  ["datareporting.policy.dataSubmissionEnabled", false],
  ["network.captive-portal-service.enabled", false],
  ["network.connectivity-service.enabled", false],
  ["app.normandy.enabled", false],
  // It would open the page once more, with a storage of its own, to draw it small.
  ["browser.pagethumbnails.capturing_disabled", true],
  ["browser.newtabpage.enabled", false],
  ["browser.newtabpage.activity-stream.feeds.topsites", false],
];

/** How long after the first write of a browser it is killed, at most. */
const longestMs = 1000;

export async function killBrowser(browser: Browser, kills: number, random: () => number): Promise<ReadonlyMap<Kind, Judge>> {
  const profile = await mkdtemp(join(tmpdir(), "edgewater-profile-"));
  const preferences = firefoxPreferences.map(([name, value]) => `user_pref("${name}", ${value});\n`);
  await writeFile(join(profile, "user.js"), preferences.join(""));
  const court = new Court();
  const pages = await servePages(join(import.meta.dirname, "browser"), { answer: (path, posted) => court.hear(path, posted as Message) });
  try {
    for (let kill = 0; kill < kills; kill++) {
      await during(start(browser, profile, pages.url), async () => {
        await court.untilAll("/acknowledged");
        await new Promise((resolve) => setTimeout(resolve, random() * longestMs));
      });
      for (const judge of court.judges.values()) judge.kills++;
    }
    court.isLast = true;
    await during(start(browser, profile, pages.url), () => court.untilAll("/remains"));
    return court.judges;
  } finally {
    await pages[Symbol.asyncDispose]();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Message {
  readonly kind: Kind;
  readonly left: Left;
  readonly key: Key;
  readonly version: number;
  readonly remains: readonly string[];
  readonly message: string;
}

/** Hears what the pages post, and passes it to the judge of each store. */
class Court {
  readonly judges: ReadonlyMap<Kind, Judge> = new Map(kinds.map((kind) => [kind, new Judge()]));
  /** Whether the page is to end by itself. */
  isLast = false;
  readonly #heard = new Map<string, Set<Kind>>();
  #onChange = (): void => undefined;
  #failure: string | undefined;

  hear(path: string, { kind, left, key, version, remains, message }: Message): unknown {
    const judge = this.judges.get(kind);
    this.#heard.set(path, (this.#heard.get(path) ?? new Set()).add(kind));
    if (path === "/failed") this.#failure = message;
    if (path === "/left") judge?.judge(left);
    if (path === "/acknowledged") judge?.acknowledge(key, version);
    if (path === "/remains" && remains.length > 0) judge?.problems.push(`leaves ${remains}`);
    this.#onChange();
    return path === "/left" && !this.isLast ? keys.map((each) => (judge?.version(each) ?? 0) + 1) : null;
  }

  /** Until every store of a page that begins now has posted to a path. */
  async untilAll(path: string): Promise<void> {
    this.#heard.clear();
    const deadline = setTimeout(() => {
      const heard = [...this.#heard].map(([each, by]) => `${each} by ${[...by].join("; ")}`);
      this.#failure = `It does not come to an end: ${heard.join(", ")}`;
      this.#onChange();
    }, 50_000);
    while (this.#heard.get(path)?.size !== kinds.length) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
      if (this.#failure !== undefined) throw new Error(this.#failure);
    }
    clearTimeout(deadline);
  }
}

/** In a process group of its own, which is killed as a whole. */
function start({ name, launchOptions: { executablePath = "", args = [] } }: Browser, profile: string, url: string): ChildProcess {
  const own =
    name === "chromium"
      ? [...args, "--headless", `--user-data-dir=${profile}`, "--password-store=basic"]
      : ["--headless", "--no-remote", "--profile", profile];
  return spawn(executablePath, [...own, url], { detached: true, stdio: "ignore" });
}

/** Kills the process and all its children after the work, however it ends. */
async function during(child: ChildProcess, work: () => Promise<void>): Promise<void> {
  const exited = once(child, "exit");
  try {
    await work();
  } finally {
    process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
    await exited;
  }
}
