import { AzureStore } from "edgewater/azure";
import { conditionsCases, objectStoreCases } from "edgewater/testing";
import { describe, expect, inject, it } from "vitest";
import { sameServer } from "../../support/breadth.ts";

const { accountKey, ...where } = inject("azure");
const store = new AzureStore({ ...where, credentials: { accountKey } });

// Every key needs its own preflight request, so the lists are short here.
describe.each([...objectStoreCases({ refused: /\\|\.$/, pageObjects: 30 }), ...conditionsCases()])(
  "AzureStore on Azurite",
  ({ name, run }) => {
    it(name, { tags: sameServer(name) }, () => run(store));
  },
);

describe("AzureStore on Azurite", () => {
  it("reads ranges, streams and metadata that the CORS rules expose", async () => {
    await store.put("browser/metadata", "0123456789", { contentType: "text/plain", metadata: { a: "b", Ünicode: "" } });
    const { meta, stream } = await store.get("browser/metadata", { range: { start: 2, end: 5 } });
    expect(meta).toMatchObject({ size: 10, contentType: "text/plain", metadata: { a: "b", Ünicode: "" } });
    expect(await new Response(stream()).text()).toBe("234");
  });
});
