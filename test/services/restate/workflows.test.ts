/** What becomes of runs when their workflow is canceled, and when steps are given up. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "edgewater";
import { postgres } from "edgewater/postgres";
import { afterAll, expect, inject, it } from "vitest";
import { openGated } from "../../support/engines/gated.ts";
import { startRestateService } from "../../support/engines/restate.ts";
import { newDatabase } from "../postgres/database.ts";

const database = await newDatabase();
const folder = await mkdtemp(join(tmpdir(), "edgewater-"));
const storage = await Storage.connect(postgres(database.url));
const service = await startRestateService(inject("restate"), { maxRetryAttempts: 2, initialRetryInterval: 10 });
const { client, workflow } = service;
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await storage.close();
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const typesOf = async (runId: string) => (await storage.getEventsForRun(runId, { types: "all" })).map(({ eventType }) => eventType);

it("suspends a run whose workflow is canceled, and records nothing", async () => {
  const gated = await openGated(storage, folder);
  const made = service.materialize(gated.repository, { runId: "suspended", selection: ["first", "second"] });
  made.catch(() => {});
  await gated.called;
  await client.cancel(workflow, "suspended");
  await expect(made).rejects.toMatchObject({ name: "CancelledError" });
  gated.open();
  await expect(client.result(workflow, "suspended")).rejects.toThrow("409");
  expect(await storage.getRun("suspended")).toMatchObject({ status: "Started" });
  expect(await typesOf("suspended")).not.toContain("StepFailure");
  expect(gated.calls.get("second")).toBeUndefined();
  await gated.repository.cancel("suspended");
  expect(await storage.getRun("suspended")).toMatchObject({ status: "Canceled" });
  await gated.repository.close();
});

it("ends the workflow of a run that is canceled", async () => {
  const gated = await openGated(storage, folder);
  const runId = "canceled";
  const made = service.materialize(gated.repository, { runId, selection: ["first", "second"], raiseOnError: false });
  made.catch(() => {});
  await gated.called;
  await gated.repository.cancel(runId);
  gated.open();
  // The attempt ends with the step that could not be recorded; in the next one the calls are repeated, and the workflow ends.
  await made.catch(() => {});
  const again = await service.materialize(gated.repository, { runId, selection: ["first", "second"], raiseOnError: false });
  expect(again).toMatchObject({ success: false, skippedAssets: ["first", "second"] });
  expect(await client.result(workflow, runId)).toBe(false);
  expect(await storage.getRun(runId)).toMatchObject({ status: "Canceled" });
  await gated.repository.close();
});

it("fails a step whose last attempt has failed, and makes the others", async () => {
  const gated = await openGated(storage, folder, 2);
  gated.open();
  const runId = "given up";
  const options = { runId, selection: ["first", "unrecorded"], raiseOnError: false };
  // Each attempt of Restate is a process of its own here.
  let result = await service.materialize(gated.repository, options).catch(() => undefined);
  while (result === undefined) result = await service.materialize(gated.repository, options).catch(() => undefined);
  expect(result).toMatchObject({ success: false, materializedAssets: ["first"] });
  expect(result.failedAssets[0]?.error).toMatchObject({
    code: "Unavailable",
    message: expect.stringContaining("its last attempt has failed: the line is cut"),
  });
  expect(await client.result(workflow, runId)).toBe(false);
  expect(gated.calls.get("unrecorded")).toBeUndefined();
  await gated.repository.close();
});

it("calls steps in the order of the plan, however long they take, and journals little of each", async () => {
  const gated = await openGated(storage, folder);
  const made = service.materialize(gated.repository, { runId: "order", selection: ["first", "second"], raiseOnError: false });
  await gated.called;
  gated.open();
  expect(await made).toMatchObject({ success: true });
  await client.result(workflow, "order");
  const entries = await client.journal(workflow, "order");
  expect(entries.flatMap(({ type, name }) => (type === "Command: Run" ? [name] : []))).toEqual(["plan", "5:first", "6:second"]);
  for (const { length } of entries) expect(length).toBeLessThan(1024);
  await gated.repository.close();
});
