/** Files that a page saves. */
import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";

interface SavedFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** The file that a page saves when `press` is called. */
export async function downloadOf(page: Page, press: () => Promise<void>): Promise<SavedFile> {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  return fileOf(download.suggestedFilename(), await readFile(await download.path()));
}

/**
 * The same for Firefox, whose driver tells of no download, not even of that of a plain link: what a link with `download` has is
 * taken as it is clicked. Call it before the page is opened.
 */
export async function takeDownloads(page: Page): Promise<(press: () => Promise<void>) => Promise<SavedFile>> {
  await page.addInitScript(() => {
    const blobs = new Map<string, Blob>();
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob: Blob): string => {
      const url = make(blob);
      blobs.set(url, blob);
      return url;
    };
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement): void {
      const blob = blobs.get(this.href);
      if (this.download !== "" && blob) Object.assign(globalThis, { taken: { name: this.download, blob } });
      else click.call(this);
    };
  });
  return async (press) => {
    await press();
    const taken = (): Promise<{ readonly name: string; readonly text: string } | undefined> =>
      page.evaluate(async () => {
        const { taken } = globalThis as { taken?: { name: string; blob: Blob } };
        return taken && { name: taken.name, text: await taken.blob.text() };
      });
    await expect.poll(async () => (await taken()) !== undefined, { timeout: 60_000 }).toBe(true);
    const { name, text } = (await taken()) as { readonly name: string; readonly text: string };
    return fileOf(name, Buffer.from(text));
  };
}

const fileOf = (name: string, buffer: Buffer): SavedFile => ({ name, mimeType: "application/x-ndjson", buffer });
