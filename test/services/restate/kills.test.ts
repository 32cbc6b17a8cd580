import { expect, inject, it } from "vitest";
import { killService } from "../../campaigns/engines/campaign.ts";
import { restateEngine } from "../../campaigns/engines/engine.ts";
import { newRecords } from "../../campaigns/engines/place.ts";
import { randomOf } from "../../support/random.ts";
import { freePort } from "../../support/servers/free-port.ts";
import { newDatabase } from "../postgres/database.ts";

// npm run kills:restate kills 100 times.
it("goes on with a run whose process is killed, repeats no recorded step, and ends it once", async () => {
  await using database = await newDatabase();
  await using records = await newRecords(database.url);
  await using engine = restateEngine(inject("restate"), await freePort());
  const outcome = await killService(engine, records, 2, randomOf(5));
  expect(outcome).toMatchObject({ kills: 2, problems: [] });
});
