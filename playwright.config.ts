import { defineConfig } from "@playwright/test";
import { browsers } from "./scripts/browsers.ts";

const port = 5199;

export default defineConfig({
  testDir: "e2e",
  forbidOnly: process.env["CI"] !== undefined,
  reporter: "list",
  timeout: 60_000,
  projects: browsers.map(({ name, launchOptions: { channel, ...launchOptions } }) => ({
    name,
    use: { browserName: name, launchOptions, ...(channel ? { channel } : {}) },
  })),
  use: { baseURL: `http://127.0.0.1:${port}` },
  webServer: {
    command: `vite build --config playground/vite.config.ts --logLevel warn && vite preview --config playground/vite.config.ts --host 127.0.0.1 --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}`,
    timeout: 120_000,
  },
});
