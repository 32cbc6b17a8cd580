import { expect, it } from "vitest";
import { simulate } from "../../support/automation/simulation.ts";

it.each([3, 4])("two processes that are killed at any time miss nothing and make nothing twice (seed %d)", async (seed) => {
  const { violations, counts } = await simulate({ seed, days: 2, stepMinutes: 240 });
  expect(violations).toEqual([]);
  expect(counts).toMatchObject({ "daily made": expect.any(Number), "report made": expect.any(Number) });
});
