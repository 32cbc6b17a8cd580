/** S3Store on a server that ignores conditions: everything else works, and requireConditions refuses it. */
import { S3Store } from "edgewater/s3";
import { objectStoreCases } from "edgewater/testing";
import { requireConditions } from "edgewater/with";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startS3rver } from "../../support/servers/s3rver.ts";

let running: Awaited<ReturnType<typeof startS3rver>>;
beforeAll(async () => {
  running = await startS3rver("quakes");
});
afterAll(() => running[Symbol.asyncDispose]());

function makeStore(): S3Store {
  const { endpoint, region, ...credentials } = running.server;
  return new S3Store({ bucket: "quakes", region, endpoint, credentials });
}

// This server escapes names twice in its XML, cannot read its own continuation tokens, and writes in place, so that readers
// see partial objects.
const unsupported = [
  "keeps keys with special characters apart",
  "lists every page",
  "returns the old object or the new one while it is replaced, never a part and never none",
  "returns a new object as a whole or not at all",
  "never returns an older version after a newer one was read or acknowledged",
];
const cases = objectStoreCases().filter(({ name }) => !unsupported.includes(name));

describe.each(cases)("S3Store on s3rver", ({ name, run }) => {
  it(name, () => run(makeStore()));
});

describe("S3Store on s3rver", () => {
  it("is refused by requireConditions after the second request, with its name", async () => {
    const store = makeStore();
    const before = running.methods.length;
    const refused = { code: "NotSupported", store: "S3Store(quakes)", message: /S3Store\(quakes\) ignores the condition create/ };
    await expect(requireConditions(store)).rejects.toMatchObject(refused);
    expect(running.methods.slice(before)).toEqual(["PUT", "PUT", "DELETE"]);
    await expect(requireConditions(store)).rejects.toMatchObject(refused);
    expect(running.methods.length).toBe(before + 3);
  });
});
