import { S3Store } from "edgewater/s3";
import { conditionsCases, objectStoreCases } from "edgewater/testing";
import { describe, expect, inject, it } from "vitest";
import { cephConditions } from "../../services/ceph/guarantees.ts";
import { sameServer } from "../../support/breadth.ts";

const { endpoint, region, bucket, hidingBucket, muteBucket, ...credentials } = inject("s3");
const storeOf = (name: string): S3Store => new S3Store({ bucket: name, region, endpoint, credentials });

// Every key needs its own preflight request, so the lists are short here; Node tests the long ones.
const cases = [...objectStoreCases({ pageObjects: 30 }), ...conditionsCases(cephConditions)];

describe.each(cases)("S3Store on Ceph", ({ name, run }) => {
  it(name, { tags: sameServer(name) }, () => run(storeOf(bucket)));
});

describe("S3Store on Ceph", () => {
  it("reads ranges, streams and metadata that the CORS rules expose", async () => {
    const store = storeOf(bucket);
    await store.put("browser/metadata", "0123456789", { contentType: "text/plain", metadata: { a: "b", Ünicode: "" } });
    const { meta, stream } = await store.get("browser/metadata", { range: { start: 2, end: 5 } });
    expect(meta).toMatchObject({ size: 10, contentType: "text/plain", metadata: { a: "b", Ünicode: "" } });
    expect(await new Response(stream()).text()).toBe("234");
  });

  it("names the header that the CORS rules hide", async () => {
    const mute = storeOf(muteBucket);
    await expect(mute.put("k", "x")).rejects.toMatchObject({ code: "NotSupported", field: "ETag", message: /expose it in the CORS rules/ });
    await expect(mute.get("k")).rejects.toMatchObject({ code: "NotSupported", field: "ETag" });
    const hiding = storeOf(hidingBucket);
    await hiding.put("k", "0123456789");
    const part = hiding.get("k", { range: { start: 2, end: 5 } });
    await expect(part).rejects.toMatchObject({ code: "NotSupported", field: "Content-Range" });
    await hiding.put("m", "x", { metadata: { a: "b" } });
    await expect(hiding.head("m")).rejects.toMatchObject({ code: "NotSupported", field: "x-amz-meta-edgewaternonces" });
    const store = storeOf(bucket);
    await store.put("m", "x", { metadata: { a: "b", secret: "c" } });
    const error = await storeOf(bucket)
      .head("m")
      .catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: "NotSupported", message: /x-amz-meta-…, of which there are 2/ });
  });
});
