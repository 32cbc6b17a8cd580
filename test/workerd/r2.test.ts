import { env } from "cloudflare:workers";
import { R2Store } from "edgewater/r2";
import { objectStoreCases } from "edgewater/testing";
import { describe, it } from "vitest";

const { ASSETS } = env;

describe.each(objectStoreCases())("R2Store", ({ name, run }) => {
  it(name, () => run(new R2Store(ASSETS)));
});
