/** A Worker as the client of a Storage that Node serves, and as the server of one in D1. */
import { env, exports } from "cloudflare:workers";
import { Storage } from "edgewater";
import { remote } from "edgewater/remote";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { beforeEach, describe, expect, inject, it } from "vitest";
import { token as ownToken } from "./worker.ts";

const { url, token } = inject("remote");
const { RECORDS } = env;

// Each case makes many requests; Node runs them all, a Worker a few.
const some = storageCases().filter((_, index) => index % 9 === 2);

describe.each(some)("a Worker as a client of Storage.connect(remote(…))", ({ name, run }) => {
  it(name, async () => {
    await using storage = await Storage.connect(remote(`${url}/${crypto.randomUUID()}`, { token }));
    await run(storage);
  });
});

describe("a Worker that serves the records in D1", () => {
  const send: typeof fetch = (input, init) => exports.default.fetch(String(input), init);
  const connect = (): Promise<Storage> => Storage.connect(remote("https://worker.test/records", { token: ownToken, fetch: send }));

  beforeEach(async () => {
    const { results } = await RECORDS.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'edgewater%'")
      .bind()
      .all();
    for (const { name } of results as { name: string }[]) await RECORDS.prepare(`DROP TABLE ${name}`).bind().all();
  });

  // D1 and the handler pass all cases elsewhere; here they run together, and every request opens the Storage anew.
  it.each(sharedStorageCases())("$name", ({ run }) => run(connect));

  it("refuses a wrong token", async () => {
    const wrong = remote("https://worker.test/records", { token: "another-token-for-the-worker", fetch: send });
    await expect(Storage.connect(wrong)).rejects.toMatchObject({ code: "Unauthenticated" });
  });
});
