/** The page of `examples/flights`: a Delta table on a web server, read in a browser with range requests. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { freePort } from "../test/support/servers/free-port.ts";

const root = join(import.meta.dirname, "..");

test("reads the flights from an airport in a month, and of the table only what they need", async ({ page }) => {
  const folder = await mkdtemp(join(tmpdir(), "edgewater-flights-"));
  const port = await freePort();
  const program = [join(root, "e2e/support/flights-server.ts"), folder, String(port)];
  const server = spawn(join(root, "node_modules/.bin/node"), ["--conditions=edgewater-source", ...program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(server.stdout, "data");
    const files: { readonly path: string; readonly status: number; readonly range: string | undefined }[] = [];
    page.on("response", (response) => {
      const { pathname } = new URL(response.url());
      if (pathname.endsWith(".parquet"))
        files.push({ path: pathname, status: response.status(), range: response.request().headers()["range"] });
    });
    await page.goto(`http://127.0.0.1:${port}`);
    const status = page.getByRole("status");
    await expect(status).toHaveText(/^Version 0, [1-9]\d*\.\d MB$/);
    expect(files).toEqual([]);

    await page.getByLabel("in").selectOption("2001-02");
    await page.getByLabel("From").fill("sfo");
    await page.getByRole("button", { name: "Read" }).click();
    await expect(status).toHaveText(/^Read /);
    const rows = page.locator("tbody tr");
    await expect(rows).toHaveText([/LAX\s*2500\s*0\.0/, /JFK\s*2500\s*10\.0/, /ORD\s*2500\s*20\.0/, /MIA\s*2500\s*30\.0/]);
    const [read = 0, whole = 0] = ((await status.textContent()) ?? "").match(/\d+\.\d/g)?.map(Number) ?? [];
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(whole / 4);
    expect(files.length).toBeGreaterThan(0);
    for (const { path, status, range } of files) {
      expect(decodeURIComponent(path)).toContain("/month=2001-02/");
      expect([status, range]).toEqual([206, expect.stringMatching(/^bytes=\d+-\d+$/)]);
    }

    await page.getByLabel("From").fill("XXX");
    await page.getByRole("button", { name: "Read" }).click();
    await expect(rows).toHaveCount(0);
  } finally {
    server.kill();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
