/** A full disk: a tmpfs of 256 KB, if the test may mount one. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asset, Repository, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { afterAll, describe, expect, it } from "vitest";
import { explain } from "../../../src/object-store/call.ts";
import { classify } from "../../../src/object-store/local/system-error.ts";

const disk = mkdtempSync(join(tmpdir(), "edgewater-full-"));
const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], { stdio: "ignore" }).status === 0;
afterAll(() => {
  if (isMounted) spawnSync("umount", [disk]);
  rmdirSync(disk);
});

const large = new Uint8Array(1_000_000);

describe("LocalStore on a full disk", () => {
  it.skipIf(!isMounted).each([
    ["bytes", () => large, {}],
    ["a stream", () => new Blob([large]).stream(), {}],
    ["bytes with attributes", () => large, { contentType: "text/plain" }],
    ["bytes under a condition", () => large, { mode: "condition" as const }],
  ])(
    "refuses %s with QuotaExceeded, keeps the old object, leaves no temporary file, and can write again",
    async (name, body, { mode, ...attributes }: { mode?: "condition"; contentType?: string }) => {
      const folder = join(disk, name.replaceAll(" ", "-"));
      const store = new LocalStore(folder);
      const { etag = "" } = await store.put("k", "old");
      const options = mode === "condition" ? { mode: { ifMatch: etag } } : attributes;
      await expect(store.put("k", body(), options)).rejects.toMatchObject({ code: "QuotaExceeded", key: "k", store: store.name });
      expect(await (await store.get("k")).text()).toBe("old");
      expect(readdirSync(join(folder, ".tmp~"))).toEqual([]);
      await store.put("k", "new");
      expect(await (await store.get("k")).text()).toBe("new");
      await store.delete("k");
    },
  );

  it.skipIf(!isMounted)("fails the step, records no event, and keeps the earlier value", async () => {
    let rows = 1;
    const growing = asset({ name: "growing" }, () => "x".repeat(rows));
    await using repository = await Repository.open({
      assets: [growing],
      ioHandler: new SuperJsonIOHandler({ store: new LocalStore(join(disk, "steps")) }),
    });
    await repository.materialize();
    rows = 1_000_000;
    await expect(repository.materialize()).rejects.toMatchObject({ code: "QuotaExceeded" });
    expect(await repository.load(growing)).toBe("x");
    expect(await repository.storage.getEventsForAsset("growing")).toHaveLength(1);
  });
});

describe("error codes of the operating system", () => {
  it.each([
    ["ENOENT", "NotFound", "NotFound"],
    ["EISDIR", "NotFound", "NotSupported"],
    ["ENOTDIR", "NotFound", "NotSupported"],
    ["EACCES", "PermissionDenied", "PermissionDenied"],
    ["EPERM", "PermissionDenied", "PermissionDenied"],
    ["EROFS", "PermissionDenied", "PermissionDenied"],
    ["ENOSPC", "QuotaExceeded", "QuotaExceeded"],
    ["EDQUOT", "QuotaExceeded", "QuotaExceeded"],
    ["ENAMETOOLONG", "InvalidPath", "InvalidPath"],
    ["EIO", "Unavailable", "Unavailable"],
  ])("map %s to %s for reads and %s for writes, with the cause", (system, reading, writing) => {
    const cause = Object.assign(new Error(system), { code: system });
    for (const [verb, code] of [
      ["read", reading],
      ["write", writing],
    ] as const) {
      expect(explain({ store: "S", verb, key: "k", signal: undefined }, cause, classify)).toMatchObject({
        code,
        store: "S",
        key: "k",
        cause,
      });
    }
  });
});
