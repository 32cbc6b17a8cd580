import { Storage } from "edgewater";
import { remote } from "edgewater/remote";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { describe, expect, inject, it } from "vitest";
import { breadth } from "../../../support/breadth.ts";

const { url, token } = inject("remote");
const connect = (name: string): Promise<Storage> => Storage.connect(remote(`${url}/${name}`, { token }));

// Each case makes many requests; Node runs them all, browsers a few and some of those of several clients.
const some = storageCases().filter((_, index) => index % 9 === 2);

describe.each(some)("Storage.connect(remote(…))", ({ name, run }) => {
  it(name, async () => {
    await using storage = await connect(crypto.randomUUID());
    await run(storage);
  });
});

describe("Storage.connect(remote(…))", () => {
  for (const [index, { name, run }] of sharedStorageCases().entries())
    it(name, { tags: index % 3 === 0 ? [] : [breadth] }, () => {
      const records = crypto.randomUUID();
      return run(() => connect(records));
    });
});

it("a wrong token is refused, and not shown", async () => {
  const error = await Storage.connect(remote(`${url}/refused`, { token: "another-secret-token" })).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "Unauthenticated", message: expect.not.stringContaining("secret") });
});
