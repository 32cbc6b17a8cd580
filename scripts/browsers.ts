/** How the browsers of this machine are started, by Vitest and by Playwright. */
import type { LaunchOptions } from "playwright";
import { components } from "./components.ts";

interface Browser {
  readonly name: "chromium" | "firefox";
  /** Debian's Firefox is driven by WebDriver BiDi, which Playwright calls a channel. */
  readonly launchOptions: LaunchOptions;
}

const { chromium, firefox } = components;

/** No sandbox, because a container's root has none; no background traffic, because a test has no network. */
const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Those that are here. */
export const browsers: readonly Browser[] = [
  ...(chromium.path ? [{ name: "chromium", launchOptions: { executablePath: chromium.path, args: chromiumFlags } } as const] : []),
  ...(firefox.path ? [{ name: "firefox", launchOptions: { executablePath: firefox.path, channel: "moz-firefox" } } as const] : []),
];
