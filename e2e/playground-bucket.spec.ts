/** The playground over a bucket of a real S3 server, with the CORS rules that its page gives. */
import { expect, type Page, test } from "@playwright/test";
import { components } from "../scripts/components.ts";
import { createBucket } from "../test/support/servers/buckets.ts";
import { start } from "../test/support/servers/ceph.ts";
import { materialize, node, open, patience } from "./support/playground.ts";

test.setTimeout(600_000);
const bucket = "earthquakes";
let ceph: Awaited<ReturnType<typeof start>> | undefined;

test.skip(!components.ceph.path, "Ceph was not found; npm run setup installs it");
test.beforeAll(async () => {
  ceph = await start();
});
test.afterAll(() => ceph?.stop());

/** Fills the form of a bucket. */
async function connect(page: Page): Promise<void> {
  const { endpoint = "", accessKeyId = "", secretAccessKey = "" } = ceph?.server ?? {};
  await page.getByLabel("Endpoint").fill(endpoint);
  await page.getByRole("textbox", { name: "Bucket", exact: true }).fill(bucket);
  await page.getByLabel("Access key").fill(accessKeyId);
  await page.getByLabel("Secret key").fill(secretAccessKey);
  await page.getByRole("button", { name: "Connect" }).click();
}

test("makes its assets in a bucket, and finds them there again after a reload", { tag: "@chromium" }, async ({ page }) => {
  await page.goto("/");
  await page.getByLabel("A bucket").check(patience);
  await page.getByText("CORS rules that the bucket needs").click();
  const [rules] = JSON.parse((await page.locator("form.bucket pre").textContent()) ?? "[]") as [
    { readonly ExposeHeaders: readonly string[] },
  ];
  if (ceph !== undefined) await createBucket(ceph.server, bucket, rules.ExposeHeaders);

  await connect(page);
  await expect(page.getByText(`stay in Bucket ${bucket}`)).toBeVisible(patience);
  await materialize(page, "report");

  await page.reload();
  await page.getByRole("link", { name: "Enter the keys of the bucket" }).click(patience);
  await page.getByRole("button", { name: "Keep values elsewhere" }).click(patience);
  await connect(page);
  await page.getByRole("link", { name: "Overview" }).click();
  await expect(node(page, "report")).toHaveAccessibleName(/Up to date/, patience);
  await open(page, "assets/strong", "strong");
  await expect(page.getByRole("table").first()).toContainText("50km NNW of Sangiang, Indonesia", patience);
});
