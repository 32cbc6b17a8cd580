/** Conditional writes through the fault proxy; `npm run faults` drives ten thousand. */
import { AwsClient } from "aws4fetch";
import { EdgewaterError } from "edgewater";
import { expect, inject, it } from "vitest";
import { runCampaign, type Subject, s3 } from "../faults/campaign.ts";

const { bucket, ...server } = inject("s3");
const seed = 20_240_501;

it("keeps 500 conditional writes exact among faults and other writers", async () => {
  const { writes, results, faults, broken } = await runCampaign(s3(server, bucket), 500, seed);
  expect(broken, `seed ${seed}`).toEqual([]);
  expect(writes).toBeGreaterThanOrEqual(500);
  for (const fault of ["commit-500", "commit-reset", "commit-late", "late", "duplicate", "409", "503", "other replaces"]) {
    expect(faults[fault], fault).toBeGreaterThan(0);
  }
  // What nobody can tell is rare: it takes a blind store, or someone who leaves no trace.
  expect(results["written"]).toBeGreaterThan(250);
  expect(results["Unavailable unknown"] ?? 0).toBeLessThan(50);
}, 300_000);

it("would catch a client that trusts whatever answer comes last", async () => {
  const { storeOf, ...subject } = s3(server, bucket);
  const testedOf: NonNullable<Subject["testedOf"]> = (options) => {
    const client = new AwsClient({ ...server, service: "s3", retries: 2 });
    const store = storeOf(options);
    return {
      head: (key) => store.head(key),
      put: async (key, body, { mode } = {}) => {
        const condition = typeof mode === "object" ? { "if-match": mode.ifMatch.replaceAll('"', "") } : { "if-none-match": "*" };
        const url = `${options.endpoint}/${bucket}/${key}`;
        const response = await client.fetch(url, { method: "PUT", body, headers: condition }).catch((cause: unknown) => {
          throw new EdgewaterError("Unavailable", "reset", { cause });
        });
        if (response.status === 412) throw new EdgewaterError("PreconditionFailed", "412");
        if (!response.ok) throw new EdgewaterError("Unavailable", String(response.status));
        return { etag: response.headers.get("etag") ?? undefined };
      },
    };
  };
  const { broken } = await runCampaign({ ...subject, storeOf, testedOf }, 120, seed + 1);
  expect(broken.filter((line) => line.startsWith("a false verdict")).length).toBeGreaterThan(3);
}, 300_000);
