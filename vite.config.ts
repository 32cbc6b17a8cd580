import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { components } from "./scripts/components.ts";
import { sources } from "./scripts/exports.ts";

/** Imports of this package by name get its sources; the longest name first, because an alias also matches below it. */
const alias = Object.entries(sources)
  .sort(([left], [right]) => right.length - left.length)
  .map(([find, replacement]) => ({ find: new RegExp(`^${find}$`), replacement }));

const { chromium, firefox, ceph, workerd } = components;

function browser(name: string, options: Parameters<typeof playwright>[0], instance: "chromium" | "firefox"): TestProjectConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: ["test/browser/**/*.test.ts"],
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright(options),
        instances: [{ browser: instance }],
      },
    },
  };
}

const chromiumFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const projects: TestProjectConfiguration[] = [
  {
    extends: true,
    test: {
      name: "node",
      include: ["test/**/*.test.ts"],
      exclude: ["test/browser/**", "test/workerd/**", ...(ceph.path === undefined ? ["test/object-store/s3.ceph.test.ts"] : [])],
      globalSetup: ceph.path === undefined ? [] : ["test/servers/ceph.ts"],
      testTimeout: 30_000,
    },
  },
];
if (chromium.path !== undefined)
  projects.push(browser("chromium", { launchOptions: { executablePath: chromium.path, args: chromiumFlags } }, "chromium"));
if (firefox.path !== undefined)
  projects.push(browser("firefox", { launchOptions: { channel: "moz-firefox", executablePath: firefox.path } }, "firefox"));
if (workerd.path !== undefined) {
  projects.push({
    extends: true,
    logLevel: "error",
    plugins: [cloudflareTest({ wrangler: { configPath: "./examples/worker/wrangler.jsonc" } })],
    test: { name: "workerd", include: ["test/workerd/**/*.test.ts"] },
  });
}

export default defineConfig({
  root: process.env["VITEST"] ? "." : "playground",
  resolve: { alias },
  build: { outDir: "../dist-playground", emptyOutDir: true, target: "es2022" },
  test: { projects },
});
