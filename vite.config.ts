import { join } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";
import { browsers } from "./scripts/browsers.ts";
import { components } from "./scripts/components.ts";
import { sources } from "./scripts/exports.ts";

/** Imports of this package by name get its sources, whose own imports of each other are then the same modules. */
const alias = Object.entries(sources).map(([name, replacement]) => ({ find: new RegExp(`^${name}$`), replacement }));

/** Imports within this package that depend on the runtime get the sources too. */
const conditions = ["edgewater-source"];

/** The core, which is the same on every runtime and so is tested on every one. */
const core = [
  "test/{asset,automation,repository,run}/**/*.test.ts",
  "test/serializer/{corpus,superjson}.test.ts",
  "test/io-handler/contexts.test.ts",
  "test/settings/passed-in.test.ts",
];

const node: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "node",
    include: ["test/**/*.test.ts"],
    exclude: ["test/{browser,workerd,s3,postgres}/**"],
  },
};

const inBrowsers = browsers.map(
  ({ name, launchOptions }): TestProjectConfiguration => ({
    extends: true,
    test: {
      name,
      include: ["test/browser/**/*.test.ts", ...core],
      isolate: false,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions }),
        instances: [{ browser: name }],
      },
    },
  }),
);

const workerd: TestProjectConfiguration = {
  extends: true,
  logLevel: "error",
  ssr: { resolve: { conditions: ["workerd"] } },
  plugins: [cloudflareTest({ wrangler: { configPath: "./test/workerd/wrangler.jsonc" } })],
  test: { name: "workerd", include: ["test/workerd/**/*.test.ts", ...core] },
};

const s3: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "s3",
    include: ["test/s3/**/*.test.ts"],
    globalSetup: [join(import.meta.dirname, "test/servers/ceph.ts")],
  },
};

const postgres: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "postgres",
    include: ["test/postgres/**/*.test.ts"],
    globalSetup: [join(import.meta.dirname, "test/servers/postgres.ts")],
  },
};

export default defineConfig({
  root: process.env["VITEST"] ? "." : "playground",
  resolve: { alias, conditions: [...conditions, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [...conditions, ...defaultServerConditions] } },
  build: { outDir: "../dist-playground", emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 2000 },
  test: {
    // A machine with two cores runs browsers, servers and compilers at once.
    testTimeout: 60_000,
    projects: [
      node,
      ...inBrowsers,
      ...(components.workerd.path ? [workerd] : []),
      ...(components.ceph.path ? [s3] : []),
      ...(components.postgres.path ? [postgres] : []),
    ],
  },
});
