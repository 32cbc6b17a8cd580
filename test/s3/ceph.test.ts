import { AwsClient } from "aws4fetch";
import { Repository, SuperJsonIOHandler } from "edgewater";
import { S3Store } from "edgewater/s3";
import { fullObjectStoreCases } from "edgewater/testing";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { assets, strong, tasks } from "../../examples/earthquakes/pipeline.ts";
import { dataVersions } from "../../examples/earthquakes/versions.ts";
import expected from "../runtime/data-versions.json" with { type: "json" };

const { endpoint, region, ...credentials } = inject("s3");
const bucket = "edgewater-node";

beforeAll(async () => {
  const response = await new AwsClient({ ...credentials, region, service: "s3" }).fetch(`${endpoint}/${bucket}`, { method: "PUT" });
  expect(response.status).toBe(200);
});

describe.each(fullObjectStoreCases({ etagsNameContent: true }))("S3Store on Ceph", ({ name, run }) => {
  it(name, () => run(new S3Store({ bucket, region, endpoint, credentials })));
});

describe("S3Store on Ceph", () => {
  it("holds the pipeline, with the data versions of every other runtime", async () => {
    const ioHandler = new SuperJsonIOHandler({
      store: new S3Store({ bucket, region, endpoint, credentials: async () => credentials }),
      prefix: "earthquakes",
    });
    await using repository = await Repository.open({ assets, tasks, ioHandler });
    await repository.materialize();
    expect(await dataVersions(repository)).toEqual(expected);
    await using other = await Repository.open({ assets, tasks, ioHandler });
    expect((await other.load(strong)).every(({ at, magnitude }) => at instanceof Date && magnitude >= 5)).toBe(true);
  });

  it.each([
    [
      "a wrong secret",
      { credentials: { ...credentials, secretAccessKey: "wrong-secret" } },
      "Unauthenticated",
      /secret access key or the region is wrong \(403 SignatureDoesNotMatch\)/,
    ],
    [
      "an unknown access key",
      { credentials: { ...credentials, accessKeyId: "nobody" } },
      "Unauthenticated",
      /does not know the access key/,
    ],
    ["a missing bucket", { bucket: "edgewater-missing" }, "NotFound", /the bucket does not exist \(404 NoSuchBucket\)/],
  ] as const)("explains %s, and prints neither secret nor signature", async (_, wrong, code, message) => {
    const store = new S3Store({ bucket, region, endpoint, credentials, ...wrong });
    for (const call of [
      () => store.put("k", "x"),
      () => store.get("k"),
      () => store.delete("k"),
      async () => {
        for await (const each of store.list()) void each;
      },
    ]) {
      const error = await call().then(
        () => undefined,
        (caught: unknown) => caught as Error,
      );
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(`${error?.message} ${JSON.stringify(error)}`).not.toMatch(/wrong-secret|testsecret|[0-9a-f]{64}/);
    }
  });
});
