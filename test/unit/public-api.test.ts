/** Compares the public API with the reviewed snapshot beside this file. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describePublicApi } from "../../scripts/public-api.ts";

it("exports the API of public-api.md; run `npm run api` after a change that is meant", async () => {
  const reviewed = await readFile(join(import.meta.dirname, "public-api.md"), "utf8");
  expect(await describePublicApi()).toBe(reviewed);
});
