import { UnstorageStore } from "edgewater/unstorage";
import { describe, expect, it } from "vitest";
import { loadPeer } from "../../src/peer.ts";

describe("an optional peer dependency", () => {
  it("is loaded", async () => expect(await loadPeer("x", "edgewater/x", async () => ({ x: 1 }))).toEqual({ x: 1 }));

  it("is named with how to install it when it is missing", async () => {
    const cause = Object.assign(new Error("Cannot find package 'x'"), { code: "ERR_MODULE_NOT_FOUND" });
    await expect(loadPeer("x", "edgewater/x", () => Promise.reject(cause))).rejects.toMatchObject({
      code: "NotSupported",
      message: 'Cannot load the package "x", which edgewater/x needs: it is not installed; run npm install x',
      cause,
    });
  });

  it("is named when its code fails", async () =>
    expect(loadPeer("x", "edgewater/x", () => Promise.reject(new Error("broken")))).rejects.toThrow(/its code failed; see the cause/));

  it("is not needed to make a store", () => {
    const driver = { name: "mine", hasItem: () => false, getItem: () => null, getKeys: () => [] };
    expect(new UnstorageStore(driver).name).toBe("UnstorageStore(mine)");
  });
});
