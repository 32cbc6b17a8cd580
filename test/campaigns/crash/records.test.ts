import { expect, it } from "vitest";
import { killWriters } from "./records.ts";

// A hundred times: npm run crash.
it("records have every acknowledged event, and only whole batches, however often their writer is killed", async () => {
  expect(await killWriters(8)).toBeGreaterThan(8);
});
