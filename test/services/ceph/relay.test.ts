/** The promise: a pipeline that a browser tab begins, a Worker, Deno and Bun go on with, and Node finishes. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { chain, versionsHere } from "../../../examples/relay/pipeline.ts";
import { type RecordsServer, serveRecords } from "../../../examples/relay/records.ts";
import { type LegResult, missing, openRunners, type Runners, relay } from "../../../examples/relay/relay.ts";

describe.skipIf(missing.length > 0)("a pipeline that goes from a browser tab through a Worker, Deno and Bun to Node", () => {
  let opened: Runners;
  let records: RecordsServer;
  let expected: Readonly<Record<string, string>>;
  const results: Record<string, readonly LegResult[]> = {};

  // The runtimes wait for each other, so both relays run at the same time.
  beforeAll(async () => {
    opened = await openRunners();
    records = await serveRecords(opened.origin);
    expected = await versionsHere();
    const place = { ...inject("s3"), prefix: `relay/${crypto.randomUUID()}` };
    [results["exported"], results["shared"]] = await Promise.all([
      Array.fromAsync(relay(opened.runners, { ...place, prefix: `${place.prefix}/exported` })),
      Array.fromAsync(relay(opened.runners, { ...place, prefix: `${place.prefix}/shared` }, records)),
    ]);
  });
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
    await records?.[Symbol.asyncDispose]();
  });

  describe.each(["exported", "shared"])("with records that are %s", (how) => {
    it("makes each asset once, in another runtime, and recomputes nothing", () => {
      expect(results[how]?.map(({ report }) => report.called)).toEqual(chain.map((name) => [name]));
      expect(new Set(results[how]?.map(({ runner }) => runner)).size).toBe(chain.length);
      for (const [index, { report }] of (results[how] ?? []).entries()) {
        const reasons = chain.slice(0, index).map((name) => [name, expect.stringMatching(/^unchanged since event \d+$/)]);
        expect(report.kept).toEqual(Object.fromEntries(reasons));
      }
    });

    it("writes the bytes that one runtime alone writes, and reads them with the recorded digests in each", () => {
      for (const [index, { report }] of (results[how] ?? []).entries()) {
        const soFar = Object.fromEntries(chain.slice(0, index + 1).map((name) => [name, expected[name]]));
        expect(report.versions).toEqual(soFar);
        expect(report.digests).toEqual(soFar);
      }
    });

    it("is up to date at the end", () => {
      expect(results[how]?.at(-1)?.report.statuses).toEqual(Object.fromEntries(chain.map((name) => [name, "UpToDate"])));
    });
  });
});
