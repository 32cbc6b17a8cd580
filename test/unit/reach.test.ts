import { BytesIOHandler, InMemoryIOHandler, MemoryStore, Storage, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { UnstorageStore } from "edgewater/unstorage";
import { withPrefix, withRetry } from "edgewater/with";
import memory from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";

describe("reach", () => {
  it("is what stores say, and their wrappers and handlers say the same", () => {
    const mounted = new LocalStore("folder", { reach: "anywhere" });
    expect([new MemoryStore().reach, new LocalStore("folder").reach, mounted.reach, new UnstorageStore(memory()).reach]).toEqual([
      "process",
      "machine",
      "anywhere",
      "process",
    ]);
    const wrapped = withPrefix(withRetry(new MemoryStore()), "a");
    expect(wrapped.reach).toBe("process");
    expect(new SuperJsonIOHandler({ store: wrapped }).reach).toBe("process");
    expect(new BytesIOHandler({ store: mounted }).reach).toBe("anywhere");
    expect(new InMemoryIOHandler().reach).toBe("process");
    expect(Storage.memory().reach).toBe("process");
    expect(() => new LocalStore("folder", { reach: "process" as "machine" })).toThrow(
      expect.objectContaining({ code: "SettingsError", field: "reach" }),
    );
  });
});
