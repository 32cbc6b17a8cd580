import { defineConfig, type Project } from "@playwright/test";
import { components } from "./scripts/components.ts";

const { chromium, firefox } = components;
const port = 5199;

const projects: Project[] = [];
if (chromium.path !== undefined) {
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  projects.push({ name: "chromium", use: { browserName: "chromium", launchOptions: { executablePath: chromium.path, args } } });
}
if (firefox.path !== undefined) {
  projects.push({
    name: "firefox",
    use: { browserName: "firefox", channel: "moz-firefox", launchOptions: { executablePath: firefox.path } },
  });
}

export default defineConfig({
  testDir: "e2e",
  forbidOnly: process.env["CI"] !== undefined,
  reporter: "list",
  timeout: 60_000,
  projects,
  use: { baseURL: `http://127.0.0.1:${port}` },
  webServer: {
    command: `vite build --logLevel warn && vite preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}`,
    timeout: 60_000,
  },
});
