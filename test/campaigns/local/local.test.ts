import { expect, it } from "vitest";
import { localCampaign } from "./campaign.ts";

// `npm run local` makes a million, with another seed each time.
it("makes 2,000 random operations on a LocalStore as a model does", async () => {
  expect(await localCampaign(2000, 1)).toEqual([]);
});
