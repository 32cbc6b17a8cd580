/** What becomes of runs when their workflow is canceled, when steps are given up, and outside of workflows. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DBOS } from "@dbos-inc/dbos-sdk";
import { Storage } from "edgewater";
import { dbos } from "edgewater/dbos";
import { postgres } from "edgewater/postgres";
import { afterAll, expect, it } from "vitest";
import { type Gated, openGated } from "../../support/engines/gated.ts";
import { newDatabase } from "../postgres/database.ts";

const [database, systemDatabase] = [await newDatabase(), await newDatabase()];
const folder = await mkdtemp(join(tmpdir(), "edgewater-"));
const storage = await Storage.connect(postgres(database.url));
const executor = dbos(DBOS, { maxAttempts: 2, intervalSeconds: 0.01 });

/** The repositories of runs. */
const gatedOf = new Map<string, Gated>();
DBOS.setConfig({
  name: "edgewater-workflows",
  systemDatabaseUrl: systemDatabase.url,
  executorID: "one",
  applicationVersion: "1",
  logLevel: "error",
});
const run = DBOS.registerWorkflow(
  async (selection: readonly string[]): Promise<boolean> => {
    const runId = DBOS.workflowID ?? "";
    const result = await gatedOf.get(runId)?.repository.materialize({ runId, executor, selection, raiseOnError: false });
    return result?.success ?? false;
  },
  { name: "run" },
);
await DBOS.launch();
afterAll(async () => {
  await DBOS.shutdown();
  await storage.close();
  for (const each of [database, systemDatabase]) await each[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function begin(runId: string, selection: readonly string[], lostAttempts = 0) {
  const gated = await openGated(storage, folder, lostAttempts);
  gatedOf.set(runId, gated);
  return { gated, handle: await DBOS.startWorkflow(run, { workflowID: runId })(selection) };
}

const typesOf = async (runId: string) => (await storage.getEventsForRun(runId, { types: "all" })).map(({ eventType }) => eventType);

it("suspends a run whose workflow is canceled, and goes on with it when the workflow is resumed", async () => {
  const { gated, handle } = await begin("suspended", ["first", "second"]);
  await gated.called;
  await DBOS.cancelWorkflow("suspended");
  gated.open();
  await expect(handle.getResult()).rejects.toThrow();
  expect(await storage.getRun("suspended")).toMatchObject({ status: "Started" });
  expect(await typesOf("suspended")).not.toContain("StepFailure");
  const resumed = await DBOS.resumeWorkflow<boolean>("suspended");
  expect(await resumed.getResult()).toBe(true);
  expect(gated.calls.get("first")).toBe(1);
  expect((await typesOf("suspended")).filter((type) => type === "RunEnd")).toHaveLength(1);
});

it("ends the workflow of a run that is canceled", async () => {
  const { gated, handle } = await begin("canceled", ["first", "second"]);
  await gated.called;
  await gated.repository.cancel("canceled");
  gated.open();
  await expect(handle.getResult()).rejects.toThrow("canceled");
  expect(await storage.getRun("canceled")).toMatchObject({ status: "Canceled" });
  expect(gated.calls.get("second")).toBeUndefined();
});

it("fails a step whose last attempt has failed, makes the others, and remembers little of it", async () => {
  const { gated, handle } = await begin("given up", ["first", "unrecorded"], 2);
  gated.open();
  expect(await handle.getResult()).toBe(false);
  const [failure] = await storage.getEventsForRun("given up", { types: ["StepFailure"] });
  expect(failure).toMatchObject({ assetKey: "unrecorded" });
  expect(JSON.stringify(failure)).toContain("its last attempt has failed: the line is cut");
  expect(await gated.repository.load("first")).toBe(1);
  expect(gated.calls.get("unrecorded")).toBeUndefined();
  const steps = await DBOS.listWorkflowSteps("given up");
  for (const { output, error } of steps ?? []) expect(JSON.stringify([output, error]).length).toBeLessThan(1024);
});

it("calls steps in the order of the plan, however long they take", async () => {
  const { gated, handle } = await begin("order", ["first", "second", "unrecorded"]);
  await gated.called;
  gated.open();
  await handle.getResult();
  const steps = await DBOS.listWorkflowSteps("order");
  expect(steps?.map(({ name }) => name)).toEqual(["5:first", "10:unrecorded", "6:second"]);
});

it("suspends a run that no workflow makes, and says what to do", async () => {
  const gated = await openGated(storage, folder);
  const made = gated.repository.materialize({ runId: "outside", executor, selection: ["first"] });
  await expect(made).rejects.toMatchObject({ code: "NotSupported", message: expect.stringContaining("DBOS.registerWorkflow") });
  await gated.repository.close();
});
