/** Conditional writes to Azurite through the fault proxy. */
import { AzureStore } from "edgewater/azure";
import { expect, inject, it } from "vitest";
import { runCampaign } from "../../campaigns/faults/campaign.ts";

const { accountKey, endpoint, ...where } = inject("azure");
const seed = 20_240_502;

it("keeps 100 conditional writes exact despite faults and other writers", async () => {
  const storeOf = (options: { readonly endpoint: string }): AzureStore =>
    new AzureStore({ ...where, credentials: { accountKey }, ...options });
  const { writes, results, faults, broken } = await runCampaign({ endpoint, conflict: "PendingCopyOperation", storeOf }, 100, seed);
  expect(broken, `seed ${seed}`).toEqual([]);
  expect(writes).toBeGreaterThanOrEqual(100);
  for (const fault of ["commit-500", "commit-reset", "duplicate", "other replaces"]) expect(faults[fault], fault).toBeGreaterThan(0);
  expect(results["written"]).toBeGreaterThan(50);
}, 300_000);
