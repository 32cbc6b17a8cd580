import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import expected from "../node-deno-bun/data-versions.json" with { type: "json" };

const worker = exports.default;

it("makes the pipeline in R2 with the data versions of every other runtime, and loads it back", async () => {
  const made = await worker.fetch("https://example.com/materialize", { method: "POST" });
  expect(await made.json()).toMatchObject({ dataVersions: expected });

  const loaded = await worker.fetch("https://example.com/assets/strong");
  const rows = (await loaded.json()) as { magnitude: number }[];
  expect(rows).toHaveLength(39);
  expect(rows.every(({ magnitude }) => magnitude >= 5)).toBe(true);
});

it("answers 404 for an unknown asset", async () => {
  const response = await worker.fetch("https://example.com/assets/nothing");
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('Unknown asset "nothing"');
});
