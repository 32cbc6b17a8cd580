/** Kills a browser at random moments while it writes, opens its profile again, and checks what is left. */
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

/** Without these, Firefox restores its session, asks questions, and refuses to start after several crashes. */
const firefoxPreferences = [
  ["browser.sessionstore.resume_from_crash", false],
  ["toolkit.startup.max_resumed_crashes", -1],
  ["browser.shell.checkDefaultBrowser", false],
  ["browser.aboutwelcome.enabled", false],
  ["datareporting.policy.dataSubmissionEnabled", false],
  ["network.captive-portal-service.enabled", false],
  ["network.connectivity-service.enabled", false],
  ["app.normandy.enabled", false],
  // Otherwise Firefox opens the page again for a thumbnail, with a separate storage.
  ["browser.pagethumbnails.capturing_disabled", true],
  ["browser.newtabpage.enabled", false],
  ["browser.newtabpage.activity-stream.feeds.topsites", false],
];

/** The longest time between the first write of a browser and its kill. */
const longestMs = 1000;

/** Kills a browser so many times over the same profile. */
export async function killBrowser(browser: Browser, kills: number, random: () => number): Promise<ReadonlyMap<Kind, Judge>> {
  const profile = await mkdtemp(join(tmpdir(), "edgewater-profile-"));
  const preferences = firefoxPreferences.map(([name, value]) => `user_pref("${name}", ${value});\n`);
  await writeFile(join(profile, "user.js"), preferences.join(""));
  const messages = new Messages();
  const pages = await servePages(join(import.meta.dirname, "browser"), {
    answer: (path, posted) => messages.receive(path, posted as Message),
  });
  try {
    for (let kill = 0; kill < kills; kill++) {
      await during(start(browser, profile, pages.url), async () => {
        await messages.untilAll("/acknowledged");
        await new Promise((resolve) => setTimeout(resolve, random() * longestMs));
      });
      for (const judge of messages.judges.values()) judge.kills++;
    }
    messages.isLast = true;
    await during(start(browser, profile, pages.url), () => messages.untilAll("/remains"));
    return messages.judges;
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

/** Receives the messages of the pages, and passes them to the judge of each store. */
class Messages {
  readonly judges: ReadonlyMap<Kind, Judge> = new Map(kinds.map((kind) => [kind, new Judge()]));
  /** Whether the page must stop by itself after its checks. */
  isLast = false;
  readonly #received = new Map<string, Set<Kind>>();
  #onChange = (): void => undefined;
  #failure: string | undefined;

  receive(path: string, { kind, left, key, version, remains, message }: Message): unknown {
    const judge = this.judges.get(kind);
    this.#received.set(path, (this.#received.get(path) ?? new Set()).add(kind));
    if (path === "/failed") this.#failure = message;
    if (path === "/left") judge?.judge(left);
    if (path === "/acknowledged") judge?.acknowledge(key, version);
    if (path === "/remains" && remains.length > 0) judge?.problems.push(`leaves ${remains}`);
    this.#onChange();
    return path === "/left" && !this.isLast ? keys.map((each) => (judge?.version(each) ?? 0) + 1) : null;
  }

  /** Waits until every store of a new page has posted to a path. */
  async untilAll(path: string): Promise<void> {
    this.#received.clear();
    const deadline = setTimeout(() => {
      const received = [...this.#received].map(([each, by]) => `${each} by ${[...by].join("; ")}`);
      this.#failure = `The page did not finish: ${received.join(", ")}`;
      this.#onChange();
    }, 50_000);
    while (this.#received.get(path)?.size !== kinds.length) {
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
      if (this.#failure !== undefined) throw new Error(this.#failure);
    }
    clearTimeout(deadline);
  }
}

/** Starts a browser in a new process group, so that it can be killed with all its children. */
function start({ name, launchOptions: { executablePath = "", args = [] } }: Browser, profile: string, url: string): ChildProcess {
  const own =
    name === "chromium"
      ? [...args, "--headless", `--user-data-dir=${profile}`, "--password-store=basic"]
      : ["--headless", "--no-remote", "--profile", profile];
  return spawn(executablePath, [...own, url], { detached: true, stdio: "ignore" });
}

/** Runs the work, and then kills the process and all its children. */
async function during(child: ChildProcess, work: () => Promise<void>): Promise<void> {
  const exited = once(child, "exit");
  try {
    await work();
  } finally {
    process.kill(-(child.pid ?? Number.NaN), "SIGKILL");
    await exited;
  }
}
