import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Storage } from "edgewater";
import { d1 } from "edgewater/d1";
import { durableObject } from "edgewater/durable-object";
import { sharedStorageCases, storageCases } from "edgewater/testing";
import { beforeEach, describe, expect, it } from "vitest";

const { RECORDS, OBJECTS } = env;

describe("Storage.connect(d1(…))", () => {
  beforeEach(async () => {
    const { results } = await RECORDS.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'edgewater%'")
      .bind()
      .all();
    for (const { name } of results as { name: string }[]) await RECORDS.prepare(`DROP TABLE ${name}`).bind().all();
  });

  it.each(storageCases())("$name", async ({ run }) => {
    await using storage = await Storage.connect(d1(RECORDS));
    await run(storage);
  });

  it.each(sharedStorageCases())("$name", ({ run }) => run(() => Storage.connect(d1(RECORDS))));
});

describe("Storage.connect(durableObject(…))", () => {
  it.each(storageCases())("$name", ({ run }) =>
    runInDurableObject(OBJECTS.getByName(crypto.randomUUID()), async (_, { storage }) => {
      await using opened = await Storage.connect(durableObject(storage));
      await run(opened);
    }),
  );

  it.each(sharedStorageCases())("$name", ({ run }) =>
    runInDurableObject(OBJECTS.getByName(crypto.randomUUID()), (_, { storage }) => run(() => Storage.connect(durableObject(storage)))),
  );
});

it("Storage.embedded is refused in Workers, and the message says what to use", async () => {
  const error = { code: "NotSupported", message: expect.stringContaining("d1(env.DB)") };
  await expect(Storage.embedded("records")).rejects.toMatchObject(error);
});
