/** Kills a real browser at random moments while it writes, opens its profile again, and looks at what is left. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { browsers } from "../../scripts/browsers.ts";
import { servePages } from "../servers/pages.ts";
import { type Found, isDelete, type Kind, keys, kinds } from "./browser/plan.ts";

type Browser = (typeof browsers)[number];

export interface Tally {
  kills: number;
  /** Writes that were acknowledged. */
  acknowledged: number;
  /** Writes that a kill has cut off, and that are there as a whole. */
  landed: number;
  readonly problems: string[];
}

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

export async function campaign(browser: Browser, kills: number, random: () => number): Promise<Map<Kind, Tally>> {
  const profile = await mkdtemp(join(tmpdir(), "edgewater-profile-"));
  const preferences = firefoxPreferences.map(([name, value]) => `user_pref("${name}", ${value});\n`);
  await writeFile(join(profile, "user.js"), preferences.join(""));
  const judge = new Judge();
  const pages = await servePages(join(import.meta.dirname, "browser"), (path, posted) => judge.hear(path, posted));
  try {
    for (let kill = 0; kill < kills; kill++) {
      judge.begin(true);
      await during(start(browser, profile, pages.url), async () => {
        await judge.allAreWriting;
        await new Promise((resolve) => setTimeout(resolve, random() * longestMs));
      });
      for (const { tally } of judge.each()) tally.kills++;
    }
    judge.begin(false);
    await during(start(browser, profile, pages.url), () => judge.allAreDone);
    return new Map(judge.each().map(({ kind, tally }) => [kind, tally]));
  } finally {
    await pages[Symbol.asyncDispose]();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Knows what was acknowledged, and judges what is found. */
class Judge {
  readonly #tallies = new Map<Kind, Tally>(kinds.map((kind) => [kind, { kills: 0, acknowledged: 0, landed: 0, problems: [] }]));
  readonly #versions = new Map<string, number>();
  #goesOn = true;
  #found = new Set<Kind>();
  #writing = new Set<Kind>();
  #done = new Set<Kind>();
  allAreWriting: Promise<void> = Promise.resolve();
  allAreDone: Promise<void> = Promise.resolve();
  #resolveWriting = (): void => undefined;
  #resolveDone = (): void => undefined;
  #reject = (_: Error): void => undefined;

  begin(goesOn: boolean): void {
    this.#goesOn = goesOn;
    this.#found = new Set();
    this.#writing = new Set();
    this.#done = new Set();
    const failed = new Promise<never>((_, reject) => {
      const state = (): string => `found: ${[...this.#found]}; writing: ${[...this.#writing]}; done: ${[...this.#done]}`;
      const timer = setTimeout(() => reject(new Error(`The browser does not come to an end; ${state()}`)), 50_000);
      timer.unref();
      this.#reject = reject;
    });
    failed.catch(() => undefined);
    this.allAreWriting = Promise.race([failed, new Promise<void>((resolve) => (this.#resolveWriting = resolve))]);
    this.allAreDone = Promise.race([failed, new Promise<void>((resolve) => (this.#resolveDone = resolve))]);
  }

  each(): { readonly kind: Kind; readonly tally: Tally }[] {
    return [...this.#tallies].map(([kind, tally]) => ({ kind, tally }));
  }

  hear(path: string, posted: unknown): unknown {
    const message = posted as {
      kind: Kind;
      key: string;
      version: number;
      found: Found[];
      listed: string[];
      left: string[];
      message: string;
    };
    switch (path) {
      case "/found":
        this.#look(message.kind, message.found, message.listed);
        this.#found.add(message.kind);
        return this.#goesOn;
      case "/begin":
        return (this.#versions.get(`${message.kind} ${message.key}`) ?? 0) + 1;
      case "/acknowledged":
        this.#versions.set(`${message.kind} ${message.key}`, message.version);
        this.#tally(message.kind).acknowledged++;
        if (this.#writing.add(message.kind).size === kinds.length) this.#resolveWriting();
        return null;
      case "/left":
        if (message.left.length > 0) this.#tally(message.kind).problems.push(`leaves ${message.left}`);
        if (this.#done.add(message.kind).size === kinds.length) this.#resolveDone();
        return null;
      default:
        this.#reject(new Error(`The page failed: ${message.message}`));
        return null;
    }
  }

  #look(kind: Kind, found: readonly Found[], listed: readonly string[]): void {
    const tally = this.#tally(kind);
    for (const { key, version, torn } of found) {
      const acknowledged = this.#versions.get(`${kind} ${key}`) ?? 0;
      const [before, after] = [acknowledged, acknowledged + 1].map((each) => (isDelete(each) ? 0 : each));
      if (torn !== undefined) tally.problems.push(`${key}: torn after version ${acknowledged}: ${torn}`);
      else if (version !== before && version !== after) tally.problems.push(`${key}: version ${version} after ${acknowledged}`);
      if (version !== before && version === after) {
        tally.landed++;
        this.#versions.set(`${kind} ${key}`, acknowledged + 1);
      }
    }
    const expected = keys.filter((key) => found.some((each) => each.key === key && (each.version > 0 || each.torn)));
    if (listed.join() !== expected.join()) tally.problems.push(`lists ${listed} and holds ${expected}`);
  }

  #tally(kind: Kind): Tally {
    return this.#tallies.get(kind) as Tally;
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
