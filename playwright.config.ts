import { defineConfig, type Project } from "@playwright/test";
import { inspectorPort, playgroundPort as port } from "./e2e/ports.ts";
import { browsers } from "./scripts/browsers.ts";

export default defineConfig({
  testDir: "e2e",
  forbidOnly: process.env["CI"] !== undefined,
  reporter: "list",
  // Each test has its own page and its own storage.
  fullyParallel: true,
  // On two cores: a worker waits a third of its time.
  workers: 3,
  // A test that hangs ends; on a busy machine every test takes many times as long as alone.
  timeout: 480_000,
  expect: { timeout: 120_000 },
  projects: browsers.flatMap(({ name, launchOptions: { channel, ...launchOptions } }, index): Project[] => {
    // Debian's Firefox, which is driven over WebDriver BiDi, is asked for less motion by this.
    const firefoxUserPrefs = { "ui.prefersReducedMotion": 1 };
    const use = { browserName: name, launchOptions: { ...launchOptions, firefoxUserPrefs }, ...(channel ? { channel } : {}) };
    const project = { name, use };
    // What only Chromium can show, and the long sweeps, which tell nothing new in a second browser.
    const elsewhere = name === "chromium" ? [] : [/@chromium/];
    if (index === 0) return [{ ...project, grepInvert: elsewhere }];
    return [
      // What a browser does itself: focus, storage, offline, tabs, workers.
      { ...project, grep: /@browser/, grepInvert: elsewhere },
      // The rest, in `npm run test:all`.
      { ...project, name: `breadth in ${name}`, grepInvert: [/@browser/, ...elsewhere] },
    ];
  }),
  // Without a graphics card every frame of an animation is drawn by the processor: that of a run took most of it.
  use: { baseURL: `http://127.0.0.1:${port}`, contextOptions: { reducedMotion: "reduce" } },
  webServer: [
    {
      command: `vite build --config playground/vite.config.ts --logLevel warn && vite preview --config playground/vite.config.ts --host 127.0.0.1 --port ${port} --strictPort`,
      url: `http://127.0.0.1:${port}`,
      timeout: 480_000,
    },
    {
      command: `vite build --config inspector-ui/vite.config.ts --mode demo --logLevel warn && vite preview --config inspector-ui/vite.config.ts --mode demo --host 127.0.0.1 --port ${inspectorPort} --strictPort`,
      url: `http://127.0.0.1:${inspectorPort}/demo.html`,
      timeout: 480_000,
    },
  ],
});
