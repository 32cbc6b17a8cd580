import { expect, it } from "vitest";
import { killWriters } from "./records.ts";

// `npm run crash` kills it a hundred times.
it("a Storage has every committed event and only whole batches after its writer was killed", async () => {
  expect(await killWriters(8)).toBeGreaterThan(8);
});
