import { expect, it } from "vitest";
import { components } from "../../../../scripts/components.ts";
import { limits, measureFirstRun } from "./measure.ts";

it.skipIf(!components.chromium.path)("a page's first run downloads little, in few requests, without waiting twice", async () => {
  const { bytes, requests, waves, value } = (await measureFirstRun()) ?? {};
  expect(value).toEqual([{ place: "Jarm, Afghanistan", at: new Date("2018-01-31T07:07:00Z") }]);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThanOrEqual(limits.bytes);
  expect(requests).toBeLessThanOrEqual(limits.requests);
  expect(waves).toBeLessThanOrEqual(limits.waves);
});
