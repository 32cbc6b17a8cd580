/** Writers of a Delta table in S3, over a network and a server that fail. */
import { withPrefix } from "edgewater/with";
import { expect, inject, it } from "vitest";
import { race } from "../../support/delta/race.ts";
import { deckOf, randomOf } from "../../support/random.ts";
import { type Fault, startFaultProxy } from "../../support/servers/fault-proxy.ts";
import { makeStore } from "./store.ts";

/** Of every thirty writes, ten fail; two answers get lost although the server has written. */
const weights: Readonly<Record<Exclude<Fault, "truncated" | "long" | "commit-late" | "late">, number>> = {
  none: 20,
  "commit-500": 2,
  "commit-reset": 2,
  duplicate: 1,
  "500": 1,
  reset: 1,
  "409": 2,
  "503": 1,
};

it.each([1, 2])("loses and doubles no row of writers, from the seed %i", async (seed) => {
  const deal = deckOf(randomOf(seed), weights);
  const proxy = await startFaultProxy(inject("s3").endpoint, 0, ({ method }) => ({ fault: method === "PUT" ? deal() : "none" }));
  const prefix = `delta/${crypto.randomUUID()}`;
  const faulty = () => withPrefix(makeStore({ endpoint: proxy.endpoint, retry: { maxRetries: 4, delayMs: 1 } }), prefix);
  expect(await race({ seed, store: withPrefix(makeStore(), prefix), storeOf: faulty })).toEqual([]);
  await proxy.settle();
  await proxy.close();
});
