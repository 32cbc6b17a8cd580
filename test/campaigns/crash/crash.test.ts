import { describe, expect, it } from "vitest";
import { browsers } from "../../../scripts/browsers.ts";
import { killBrowser } from "./browser.ts";
import { killLocal } from "./local.ts";
import { sweep } from "./sweep.ts";

// All operations, with fsync as well, are swept by test/campaigns/crash/main.ts.
describe("LocalStore", () => {
  it.each(["overwrite with attributes", "ifMatch with attributes", "delete"])(
    "leaves the old object or the new one when it is killed between any two calls: %s",
    async (name) => expect(await sweep(name, "kill")).toBeGreaterThan(10),
  );

  it.each(["overwrite", "create with attributes"])("keeps the old object when any single call fails, and works again: %s", async (name) =>
    expect(await sweep(name, "fail")).toBeGreaterThan(5),
  );
});

// A hundred kills and more of each are in test/campaigns/crash/main.ts.
describe("killed at random moments", () => {
  it("loses and tears nothing: LocalStore", async () => {
    expect((await killLocal(10, Math.random)).problems).toEqual([]);
  });

  it.each(browsers)("loses and tears nothing: the stores of $name", async (browser) => {
    for (const [kind, { problems, acknowledged }] of await killBrowser(browser, 2, Math.random)) {
      expect(problems, kind).toEqual([]);
      expect(acknowledged, kind).toBeGreaterThan(0);
    }
  });
});
