import { expect, it } from "vitest";
import { rounds } from "../../support/breadth.ts";
import { localCampaign } from "./campaign.ts";

// `npm run local` makes a million, with another seed each time.
it("makes random operations on a LocalStore as a model does", async () => {
  expect(await localCampaign(rounds(500, 2000), 1)).toEqual([]);
});
