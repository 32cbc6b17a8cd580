import { openStore } from "edgewater/open";
import { expect, it } from "vitest";

it.each(["indexeddb:", "opfs:"] as const)("opens %s in this browser, below a prefix", async (scheme) => {
  const name = crypto.randomUUID();
  const store = await openStore(`${scheme}${name}/a b`);
  await store.put("k", "x");
  expect(await (await store.get("k")).text()).toBe("x");
  const whole = await openStore(`${scheme}//${name}`);
  expect((await whole.head("a b/k")).size).toBe(1);
});

it("says that a page has no files", async () => {
  await expect(openStore("file:///folder")).rejects.toMatchObject({ code: "NotSupported", message: expect.stringContaining("no files") });
});
