/** How Vitest and Playwright start the browsers of this machine. */
import type { LaunchOptions } from "playwright";
import { components } from "./components.ts";

interface Browser {
  readonly name: "chromium" | "firefox";
  /** `channel` makes Playwright drive Debian's Firefox by WebDriver BiDi. */
  readonly launchOptions: LaunchOptions;
}

const { chromium, firefox } = components;

/** No sandbox, because root in a container cannot have one; no background traffic, because tests use no network. */
const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The browsers that were found. */
export const browsers: readonly Browser[] = [
  ...(chromium.path ? [{ name: "chromium", launchOptions: { executablePath: chromium.path, args: chromiumFlags } } as const] : []),
  ...(firefox.path ? [{ name: "firefox", launchOptions: { executablePath: firefox.path, channel: "moz-firefox" } } as const] : []),
];
