import { env } from "cloudflare:workers";
import { openStore } from "edgewater/open";
import { expect, it } from "vitest";

it("opens bindings of a Worker by their names, with a prefix", async () => {
  const r2 = await openStore("r2:ASSETS/open/v1", { env });
  expect(r2.name).toBe("R2Store(ASSETS)/open/v1");
  await r2.put("k", "x", { mode: "create" });
  expect(await textIn("open/v1/k")).toBe("x");
  const kv = await openStore("kv:VALUES/open", { env });
  expect(kv.consistency).toBe("eventual");
  await kv.put("k", "y");
  expect((await env.VALUES.getWithMetadata("open/k", "arrayBuffer")).value?.byteLength).toBe(1);
});

it("refuses a file: URL in a Worker", async () => {
  await expect(openStore("file:///folder")).rejects.toMatchObject({
    code: "NotSupported",
    message: expect.stringContaining("this runtime has no file system"),
  });
});

async function textIn(key: string): Promise<string> {
  const found = await env.ASSETS.get(key);
  return new Response(found && "body" in found ? found.body : null).text();
}
