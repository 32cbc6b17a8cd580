import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { bundleChild } from "../../../campaigns/kills/processes.ts";
import { killOverPgBoss } from "../../../campaigns/pg-boss/campaign.ts";
import { randomOf } from "../../../support/random.ts";
import { newDatabase } from "../database.ts";

// test/campaigns/pg-boss/main.ts kills a hundred processes.
it("runs over pg-boss end right, although a worker and the process that begins them are killed", async () => {
  await using program = await bundleChild(join(import.meta.dirname, "../../../campaigns/pg-boss"), ["pg-boss"]);
  await using database = await newDatabase();
  const folder = await mkdtemp(join(tmpdir(), "edgewater-"));
  const campaign = { kills: 2, workers: 2, lanes: 1, everyMs: 1000, random: randomOf(3) };
  expect(await killOverPgBoss(program.file, { url: database.url, folder }, campaign)).toMatchObject({ problems: [] });
  await rm(folder, { recursive: true });
});
