import { isEdgewaterError } from "edgewater";
import { S3Store } from "edgewater/s3";
import { objectStoreCases } from "edgewater/testing";
import { AwsClient } from "aws4fetch";
import { beforeAll, describe, expect, inject, it } from "vitest";

const { endpoint, region, ...credentials } = inject("s3");
const bucket = "edgewater-node";

beforeAll(async () => {
  const response = await new AwsClient({ ...credentials, region, service: "s3" }).fetch(`${endpoint}/${bucket}`, { method: "PUT" });
  expect(response.status).toBe(200);
});

describe.each(objectStoreCases())("S3Store on Ceph", ({ name, run }) => {
  it(name, () => run(new S3Store({ bucket, region, endpoint, credentials })));
});
