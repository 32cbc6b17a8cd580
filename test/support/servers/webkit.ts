/**
 * A Vitest browser provider for WebKitGTK: it opens MiniBrowser at the page of the tests, which needs nothing more. There
 * is no WebDriver, because a session of automation is private: it has neither OPFS nor Blobs in IndexedDB.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineBrowserProvider } from "@vitest/browser";
import type { BrowserProvider, BrowserProviderOption, TestProject } from "vitest/node";
import { start } from "./start.ts";

declare module "vitest/browser" {
  interface BrowserCommands {
    /** Vitest asks for a size before each file; the display has the one that it has. */
    __vitest_viewport(): void;
  }
}

/** What Safari has and WebKitGTK 2.50 ships switched off. */
const features = "--features=+StorageAPI,+FileSystem,+FileSystemWritableStream,+AccessHandle";

/** @param browser path of MiniBrowser, and its flags */
export function webkit(...browser: readonly string[]): BrowserProviderOption {
  return defineBrowserProvider({
    name: "webkit",
    supportedBrowser: ["webkit"],
    options: {},
    providerFactory: (project) => new WebKitProvider(project, [...browser, features]),
  });
}

class WebKitProvider implements BrowserProvider {
  readonly name = "webkit";
  readonly supportsParallelism = false;
  readonly #browser: readonly string[];
  readonly #opened: Promise<() => Promise<void>>[] = [];

  constructor(project: TestProject, browser: readonly string[]) {
    this.#browser = browser;
    project.browser?.registerCommand("__vitest_viewport", () => undefined);
  }

  getCommandsContext(): Record<string, unknown> {
    return {};
  }

  async openPage(_: string, url: string): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "edgewater-webkit-"));
    const opened = start("webkit.sh", folder, ...this.#browser, url);
    this.#opened.push(opened);
    await opened;
  }

  async close(): Promise<void> {
    for (const opened of this.#opened.splice(0)) await (await opened)();
  }
}
