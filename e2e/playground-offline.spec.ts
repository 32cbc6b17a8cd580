/** The playground without a network, below any prefix, and when a new version is published. */
import { createHash } from "node:crypto";
import { expect, type Page, test } from "@playwright/test";
import { staticHost } from "./support/static-host.ts";
import { inEveryBrowser } from "./support/tags.ts";

const ready = (page: Page) => expect(page.getByRole("heading", { level: 1 })).toBeVisible();

/** Waits until the service worker has taken the version, and answers for this page. */
async function isKept(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
}

test("works after a reload without a network, from a static host below a prefix", inEveryBrowser, async ({ page }) => {
  await using host = await staticHost();
  await page.goto(host.url);
  await ready(page);
  await isKept(page);
  await host.goAway();

  await page.reload();
  await ready(page);
  await page.goto(`${host.url}#/assets/strong`);
  await expect(page.getByRole("textbox", { name: "Function of strong" })).toHaveValue(/magnitude >= 5/);
});

test(
  "takes a new version whole, or not at all, and loads it in every tab when it is asked to",
  inEveryBrowser,
  async ({ page, context }) => {
    await using host = await staticHost();
    await page.goto(host.url);
    await ready(page);
    await isKept(page);
    const other = await context.newPage();
    await other.goto(host.url);
    await ready(other);

    // Half published: the worker names files that are not there yet.
    const digest = (content: Buffer): string => createHash("sha256").update(content).digest("base64");
    let [before, after] = ["", ""];
    const newPage = (content: Buffer<ArrayBuffer>) => Buffer.from(content.toString().replace("<body>", '<body data-version="2">'));
    const newWorker = (content: Buffer<ArrayBuffer>) =>
      Buffer.from(
        content
          .toString()
          .replace(before, after)
          .replace(/(version:["`])[0-9a-f]{12}/, "$1222222222222"),
      );
    host.change((path, content) => {
      if (path !== "index.html") return path === "service-worker.js" ? newWorker(content) : content;
      [before, after] = [digest(content), digest(newPage(content))];
      return content;
    });
    expect((await page.request.get(host.url)).ok()).toBe(true);
    await lookForVersion(page);
    await page.reload();
    await ready(page);
    await expect(page.locator("body")).not.toHaveAttribute("data-version", "2");

    host.change((path, content) =>
      path === "index.html" ? newPage(content) : path === "service-worker.js" ? newWorker(content) : content,
    );
    await lookForVersion(page);
    await expect(page.locator("body")).not.toHaveAttribute("data-version", "2");
    await page.getByRole("button", { name: "Load the new version" }).click();
    for (const each of [page, other]) await expect(each.locator("body")).toHaveAttribute("data-version", "2");
  },
);

/** Asks the browser to look for a new version, and waits until it is taken or refused. */
async function lookForVersion(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update().catch(() => {});
    const { installing } = registration;
    if (installing === null) return;
    await new Promise((resolve) => installing.addEventListener("statechange", resolve, { once: true }));
  });
}
