import { openStore } from "edgewater/open";
import { expect, it } from "vitest";

it.each(["indexeddb:", "opfs:"] as const)("opens %s with a prefix", async (scheme) => {
  const name = crypto.randomUUID();
  const store = await openStore(`${scheme}${name}/a b`);
  await store.put("k", "x");
  expect(await (await store.get("k")).text()).toBe("x");
  const whole = await openStore(`${scheme}//${name}`);
  expect((await whole.head("a b/k")).size).toBe(1);
});

it("refuses a file: URL in a browser", async () => {
  await expect(openStore("file:///folder")).rejects.toMatchObject({
    code: "NotSupported",
    message: expect.stringContaining("this runtime has no file system"),
  });
});
