import { expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import { killWriters } from "./records.ts";

// `npm run crash` kills it a hundred times.
it("a Storage has every committed event and only whole batches after its writer was killed", async () => {
  const kills = rounds(3, 8);
  expect(await killWriters(kills)).toBeGreaterThan(kills);
});
