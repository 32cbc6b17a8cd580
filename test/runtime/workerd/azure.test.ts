import { AzureStore } from "edgewater/azure";
import { conditionsCases, objectStoreCases, streamCases } from "edgewater/testing";
import { describe, inject, it } from "vitest";
import { sameServer } from "../../support/breadth.ts";

const { accountKey, ...where } = inject("azure");

describe.each([...objectStoreCases({ refused: /\\|\.$/, pageObjects: 30 }), ...conditionsCases(), ...streamCases()])(
  "AzureStore on Azurite",
  ({ name, run }) => {
    it(name, { tags: sameServer(name) }, () => run(new AzureStore({ ...where, credentials: { accountKey } })));
  },
);
