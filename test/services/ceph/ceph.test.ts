import { execFileSync } from "node:child_process";
import { AwsClient } from "aws4fetch";
import { Repository, SuperJsonIOHandler } from "edgewater";
import { fullObjectStoreCases } from "edgewater/testing";
import { describe, expect, inject, it } from "vitest";
import { assets, strong, tasks } from "../../../examples/earthquakes/pipeline.ts";
import { dataVersions } from "../../../examples/earthquakes/versions.ts";
import { components } from "../../../scripts/components.ts";
import expected from "../../runtime/node-deno-bun/data-versions.json" with { type: "json" };
import { cephConditions } from "./guarantees.ts";
import { credentials, makeStore } from "./store.ts";

describe.each(fullObjectStoreCases(cephConditions))("S3Store on Ceph", ({ name, run }) => {
  it(name, () => run(makeStore()));
});

describe("S3Store on Ceph", () => {
  it("runs the example pipeline with the same data versions as every other runtime", async () => {
    const ioHandler = new SuperJsonIOHandler({
      store: makeStore({ credentials: async () => credentials }),
      prefix: "earthquakes",
    });
    await using repository = await Repository.open({ assets, tasks, ioHandler });
    await repository.materialize();
    expect(await dataVersions(repository)).toEqual(expected);
    await using other = await Repository.open({ assets, tasks, ioHandler });
    expect((await other.load(strong)).every(({ at, magnitude }) => at instanceof Date && magnitude >= 5)).toBe(true);
  });
});

/** Debian 12 has this version. Others may behave differently. */
const isKnown = execFileSync(String(components.ceph.path), ["--version"], { encoding: "utf8" }).startsWith("ceph version 16.");

describe("Ceph 16 itself", () => {
  // Explains why `cephConditions` says that overwrites are not ordered.
  it.runIf(isKnown)("loses an overwrite that meets a conditional write, and reports both as successful", async () => {
    const { endpoint, region, bucket } = inject("s3");
    const client = new AwsClient({ ...credentials, region, service: "s3", retries: 0 });
    const put = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
      client.fetch(`${endpoint}/${bucket}/itself`, { method: "PUT", body, headers });
    let lost = 0;
    for (let round = 0; round < 200 && lost === 0; round++) {
      const etag = (await put("read")).headers.get("etag")?.replaceAll('"', "") ?? "";
      const [conditional, overwrite] = await Promise.all([put("conditional", { "if-match": etag }), put("overwritten")]);
      const body = await (await client.fetch(`${endpoint}/${bucket}/itself`)).text();
      if (conditional.ok && overwrite.ok && body === "conditional") lost++;
    }
    expect(lost).toBe(1);
  });
});
