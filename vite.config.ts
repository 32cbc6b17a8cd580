import { join } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig, type TestProjectConfiguration, type TestProjectInlineConfiguration } from "vitest/config";
import { editableFunctions } from "./playground/build/plugins.ts";
import { browsers } from "./scripts/browsers.ts";
import { components } from "./scripts/components.ts";
import { sources } from "./scripts/exports.ts";
import { breadth } from "./test/support/breadth.ts";
import { profile } from "./test/support/servers/profile.ts";
import { webkit } from "./test/support/servers/webkit.ts";

// Node's processes, of which tests start hundreds, load modules from this cache: compiling took most of their time.
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, ".cache/compiled");

/** What the sources and the tests of browsers import. */
const dependencies = [
  "aws4fetch",
  "croner",
  "fast-check",
  "hyparquet-compressors",
  "hyparquet-writer/src/bytewriter.js",
  "hyparquet-writer/src/encoding.js",
  "hyparquet-writer/src/snappy.js",
  "hyparquet/src/snappy.js",
  "idb",
  "idb-keyval",
  "superjson",
  "unstorage",
  "unstorage/drivers/memory",
  "valibot",
];

/** Imports of this package by name get its sources, whose own imports of each other are then the same modules. */
const alias = Object.entries(sources).map(([name, replacement]) => ({ find: new RegExp(`^${name}$`), replacement }));

/** Imports within this package that depend on the runtime get the sources too. */
const conditions = ["edgewater-source"];

/** The core whose results depend on what each engine has built in: numbers, dates, time zones, regular expressions, digests. */
const onBuiltIns = [
  "test/unit/{partition,metadata}/**/*.test.ts",
  "test/unit/serializer/{corpus,superjson,lossless,suites,registrations}.test.ts",
  "test/unit/io-handler/{contexts,data-version}.test.ts",
  "test/unit/settings/passed-in.test.ts",
  "test/unit/delta/{values,parquet}/**/*.test.ts",
];

/**
 * The rest of the core, which uses no more than the language. The projects "core in …" run it again on every runtime, in
 * `npm run test:all`; `npm test` runs it in Node.
 */
const core = [
  "test/unit/{automation,repository,run,executors}/**/*.test.ts",
  // What is in `node` needs files, or DuckDB.
  "test/unit/delta/*.test.ts",
  "test/unit/delta/!(node|values|parquet)/**/*.test.ts",
  // Below it is the server, whose requests have headers that browsers set themselves; Workers have tests of their own.
  "test/unit/inspector/*.test.ts",
];

const fixedSeed = join(import.meta.dirname, "test/support/fixed-seed.ts");

/** The servers that tests reach over HTTP from every runtime, and the tests to leave out where one is missing. */
const server = (name: string): string => join(import.meta.dirname, `test/support/servers/${name}.ts`);
const withServers = {
  globalSetup: [
    server("remote"),
    ...(components.ceph.path ? [server("ceph")] : []),
    ...(components.azurite.path ? [server("azurite")] : []),
  ],
  exclude: [
    ...(components.ceph.path ? [] : ["test/runtime/{browser,workerd}/**/s3*.test.ts"]),
    ...(components.azurite.path ? [] : ["test/runtime/{browser,workerd}/azure.test.ts"]),
  ],
};

const node: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "node",
    // Files of one worker share what they import, so that it is loaded once. A file puts back what it replaces.
    isolate: false,
    include: ["test/**/*.test.ts"],
    exclude: [
      "test/campaigns/matrix/**",
      "test/runtime/{browser,package,workerd}/**",
      "test/services/{azurite,ceph,dbos,postgres,redis,restate}/**",
    ],
  },
};

/** The packed library as people have it from npm, and the examples over it. */
const installed: TestProjectConfiguration = {
  extends: true,
  test: { name: "package", include: ["test/runtime/package/*.test.ts"], globalSetup: [server("package")] },
};

/** Browsers have one worker each, and Vitest runs projects with as many workers together. */
const afterOthers = { groupOrder: 1 };

const inEveryBrowser = ["test/runtime/browser/*.test.ts", ...onBuiltIns];

/** Long tests in which the engine has little part: in `npm test` they run in the first browser. */
const inOneBrowser = ["test/runtime/browser/once/*.test.ts"];

const inBrowsers = browsers.flatMap(({ name, launchOptions }, index): TestProjectConfiguration[] => {
  const inBrowser = (persistentContext: false | string) => ({
    isolate: false,
    sequence: afterOthers,
    fileParallelism: false,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions, persistentContext }),
      instances: [{ browser: name }],
    },
  });
  return [
    {
      extends: true,
      test: {
        name,
        include: index === 0 ? [...inEveryBrowser, ...inOneBrowser] : inEveryBrowser,
        ...withServers,
        globalSetup: [...withServers.globalSetup, server("profile")],
        // Chromium keeps what is not in a profile in memory, and a profile has one window at a time.
        ...inBrowser(name === "chromium" && profile),
      },
    },
    {
      extends: true,
      test: { name: `core in ${name}`, include: index === 0 ? core : [...core, ...inOneBrowser], ...withServers, ...inBrowser(false) },
    },
  ];
});

const polyfilled = [sources["edgewater/polyfill"] ?? "", fixedSeed];

/** It has no `await using`: the syntax is compiled away, and the tests import `edgewater/polyfill`, as its users do. */
const inWebKit = (browser: string): TestProjectConfiguration => ({
  extends: true,
  oxc: { target: "es2022" },
  // One of the tests is the playground.
  plugins: [editableFunctions({ alias, conditions: [...conditions, ...defaultClientConditions] })],
  test: {
    include: inEveryBrowser,
    sequence: afterOthers,
    maxWorkers: 1,
    ...withServers,
    browser: {
      enabled: true,
      screenshotFailures: false,
      // Where there is a head Vitest draws its own page around the tests, and may wait for it in a loop that never yields.
      ui: false,
      instances: [
        {
          browser: "webkit",
          name: "webkit",
          provider: webkit(browser),
          setupFiles: polyfilled,
          isolate: false,
        },
        {
          browser: "webkit",
          name: "core in webkit",
          provider: webkit(browser),
          setupFiles: polyfilled,
          include: [...core, ...inOneBrowser],
          isolate: false,
        },
        {
          browser: "webkit",
          name: "webkit in private",
          provider: webkit(browser, "--private"),
          include: ["test/runtime/browser/private/*.test.ts"],
        },
      ],
    },
  },
});

const inWorkerd = (test: NonNullable<TestProjectInlineConfiguration["test"]>): TestProjectConfiguration => ({
  extends: true,
  logLevel: "error",
  ssr: { resolve: { conditions: ["workerd"] } },
  plugins: [cloudflareTest({ wrangler: { configPath: "./test/runtime/workerd/wrangler.jsonc" } })],
  test,
});

const workerd = [
  inWorkerd({ name: "workerd", include: ["test/runtime/workerd/**/*.test.ts"], ...withServers }),
  // Half of the time of a file is the start of its workerd, which these share.
  inWorkerd({ name: "built-ins of workerd", include: onBuiltIns, isolate: false }),
  inWorkerd({ name: "core in workerd", include: core, isolate: false }),
];

const ceph: TestProjectConfiguration = {
  extends: true,
  test: { name: "ceph", isolate: false, include: ["test/services/ceph/**/*.test.ts"], globalSetup: [server("ceph")] },
};

const azurite: TestProjectConfiguration = {
  extends: true,
  test: { name: "azurite", isolate: false, include: ["test/services/azurite/**/*.test.ts"], globalSetup: [server("azurite")] },
};

const redis: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "redis",
    include: ["test/services/redis/**/*.test.ts"],
    globalSetup: [server("redis")],
  },
};

const postgres: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "postgres",
    include: ["test/services/{dbos,postgres}/**/*.test.ts"],
    globalSetup: [server("postgres")],
  },
};

const restate: TestProjectConfiguration = {
  extends: true,
  test: {
    name: "restate",
    include: ["test/services/restate/**/*.test.ts"],
    globalSetup: [server("postgres"), server("restate")],
  },
};

export default defineConfig({
  resolve: { alias, conditions: [...conditions, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [...conditions, ...defaultServerConditions] } },
  // Found in the middle of a run, they would make the page load anew.
  optimizeDeps: { include: dependencies },
  test: {
    setupFiles: [fixedSeed],
    tags: [{ name: breadth, description: "Runs in npm run test:all, and not in npm test." }],
    // A test that hangs ends; on a busy machine every test takes many times as long as alone.
    testTimeout: 480_000,
    hookTimeout: 480_000,
    // A poll waits for what must come; unless told, it gives up after a second.
    expect: { poll: { timeout: 240_000 } },
    // Most tests wait: for servers, processes and disks. Unless told, a machine with two cores gets one worker.
    maxWorkers: 4,
    projects: [
      node,
      installed,
      ...inBrowsers,
      ...(components.webkit.path ? [inWebKit(components.webkit.path)] : []),
      ...(components.workerd.path ? workerd : []),
      ...(components.ceph.path ? [ceph] : []),
      ...(components.azurite.path ? [azurite] : []),
      ...(components.redis.path ? [redis] : []),
      ...(components.postgres.path ? [postgres] : []),
      ...(components.postgres.path && components.restate.path ? [restate] : []),
    ],
  },
});
