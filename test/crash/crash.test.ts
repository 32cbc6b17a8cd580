import { describe, expect, it } from "vitest";
import { sweep } from "./sweep.ts";

// All operations, with fsync as well, are swept by test/crash/main.ts.
describe("LocalStore", () => {
  it.each(["overwrite with attributes", "ifMatch with attributes", "delete"])(
    "leaves the old object or the new one when it is killed between any two calls: %s",
    async (name) => expect(await sweep(name, "kill")).toBeGreaterThan(10),
  );

  it.each(["overwrite", "create with attributes"])("keeps the old object when any single call fails, and works again: %s", async (name) =>
    expect(await sweep(name, "fail")).toBeGreaterThan(5),
  );
});
