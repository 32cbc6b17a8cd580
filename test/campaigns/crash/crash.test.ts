import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { browsers } from "../../../scripts/browsers.ts";
import { rounds } from "../../support/breadth.ts";
import { killBrowser } from "./browser.ts";
import { fence } from "./fence.ts";
import { killLocal } from "./local.ts";
import { sweep } from "./sweep.ts";

/** Crashes at each call, or at some in `npm test`. */
const every = rounds(3, 1);

// test/campaigns/crash/main.ts runs all operations, also with fsync.
describe("LocalStore", () => {
  it.each(["overwrite with attributes", "ifMatch with attributes", "delete"])(
    "leaves the old object or the new one when it is killed before any call: %s",
    async (name) => expect(await sweep(name, "kill", false, every)).toBeGreaterThan(10),
  );

  it("leaves the old object or the new one when it is killed in the middle of any write", async () => {
    expect(await sweep("overwrite of the same size with attributes", "torn", false, every)).toBeGreaterThan(10);
  });

  it.each(["overwrite", "create with attributes"])(
    "keeps the old object when any single call fails, and can write again: %s",
    async (name) => expect(await sweep(name, "fail", false, every)).toBeGreaterThan(5),
  );
});

describe.skipIf(!existsSync("/proc/self/stat"))("a writer on another machine that is stopped and continues", () => {
  it.each(["ifMatch", "ifMatch with attributes"] as const)("either wins or loses against the next writer: %s", async (name) => {
    expect(await fence(name, rounds(0, 1) ? [2, 14, 26, 33, 36, 39, 42, 45] : [2, 26, 36, 42])).toEqual([]);
  });
});

// test/campaigns/crash/main.ts kills each of them 100 times or more.
describe("a writer that is killed at a random moment", () => {
  it("leaves whole objects and every acknowledged write: LocalStore", async () => {
    expect((await killLocal(rounds(3, 10), Math.random)).problems.join("\n")).toBe("");
  });

  it.each(browsers)("leaves whole objects and every acknowledged write: the stores of $name", async (browser) => {
    for (const [kind, { problems, acknowledged }] of await killBrowser(browser, rounds(1, 2), Math.random)) {
      expect(problems.join("\n"), kind).toBe("");
      expect(acknowledged, kind).toBeGreaterThan(0);
    }
  });
});
