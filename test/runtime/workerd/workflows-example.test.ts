import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import example from "../../../examples/workflows/src/index.ts";
import { consumer } from "../../support/cloudflare/engines.ts";
import { pause } from "../../support/cloudflare/in-workflow.ts";
import expected from "../node-deno-bun/data-versions.json" with { type: "json" };

const bindings = { ...env, RUNS: env.EARTHQUAKES };
const call = (path: string, method = "GET"): Promise<Response> =>
  example.fetch(new Request(`https://example.com${path}`, { method }), bindings);

it("makes the pipeline as a Workflow, once for each id, with the data versions of every other runtime", async () => {
  const begun = (await (await call("/workflow?id=a week/1", "POST")).json()) as { readonly id: string };
  expect(begun.id).toMatch(/^_a_week_1-sha256-/);
  let told: { readonly status?: string; readonly output?: unknown } = {};
  while (told.status !== "complete" && told.status !== "errored") {
    await pause(50);
    told = (await (await call("/workflow?id=a week/1")).json()) as typeof told;
  }
  expect(told).toMatchObject({ status: "complete", output: { success: true, runId: begun.id, dataVersions: expected } });
  expect((await call("/workflow?id=a week/1", "POST")).status).toBe(409);
  expect((await call("/workflow?id=another week")).status).toBe(409);
});

it("makes the pipeline through a Queue, with the same data versions", async () => {
  consumer.consume = (batch) => example.queue(batch, bindings);
  const made = await (await call("/queue", "POST")).json();
  expect(made).toMatchObject({ dataVersions: expected });
  const rows = (await (await call("/assets/strong")).json()) as unknown[];
  expect(rows).toHaveLength(39);
  expect((await call("/assets/nothing")).status).toBe(404);
});
