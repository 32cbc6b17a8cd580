import { env } from "cloudflare:workers";
import { R2Store } from "edgewater/r2";
import { withPrefix } from "edgewater/with";
import { expect, it } from "vitest";
import { race } from "../../support/delta/race.ts";

it.each([1, 2])("loses and doubles no row of writers of a Delta table in R2, from the seed %i", async (seed) => {
  const prefix = `delta/${crypto.randomUUID()}`;
  const open = () => withPrefix(new R2Store(env.ASSETS), prefix);
  expect(await race({ seed, store: open(), storeOf: open })).toEqual([]);
});
