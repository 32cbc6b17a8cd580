import { conditionsCases, objectStoreCases } from "edgewater/testing";
import { describe, expect, inject, it } from "vitest";
import { components } from "../../../scripts/components.ts";
import { createBucket } from "../../support/servers/buckets.ts";
import { run } from "../../support/spawn.ts";

const condition = "--conditions=edgewater-source";
const cases = objectStoreCases().length + conditionsCases().length;

describe.each([
  { name: "Deno", path: components.deno.path, args: ["run", "--quiet", "-A", condition] },
  { name: "Bun", path: components.bun.path, args: ["run", condition] },
])("S3Store on Ceph in $name", ({ name, path, args }) => {
  it.skipIf(path === undefined)("passes the conformance suite", async () => {
    const bucket = `edgewater-${name.toLowerCase()}`;
    const { endpoint, region, accessKeyId, secretAccessKey } = inject("s3");
    const server = { endpoint, region, accessKeyId, secretAccessKey };
    await createBucket(server, bucket);
    const printed = await run(path ?? "", [...args, "test/runtime/node-deno-bun/s3.ts", JSON.stringify({ ...server, bucket })]);
    expect(JSON.parse(printed)).toEqual({ cases, failed: [] });
  });
});
