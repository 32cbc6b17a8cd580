import { AzureStore } from "edgewater/azure";
import { fullObjectStoreCases } from "edgewater/testing";
import { describe, inject, it } from "vitest";

const { accountKey, ...where } = inject("azure");
const credentials = { accountKey };

describe.each(fullObjectStoreCases({ refused: /\\|\.$/ }))("AzureStore on Azurite", ({ name, run }) => {
  it(name, () => run(new AzureStore({ ...where, credentials })));
});
