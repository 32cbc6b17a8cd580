/** A service of Restate that makes the pipeline: what you would deploy, in as many processes as you like. */
import { setTimeout } from "node:timers/promises";
import { RestatePromise, type WorkflowContext, workflow } from "@restatedev/restate-sdk";
import { serve } from "@restatedev/restate-sdk/node";
import { asset, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { LocalStore } from "edgewater/local";
import { postgres } from "edgewater/postgres";
import { restate } from "edgewater/restate";

const { DATABASE_URL = "", FOLDER = "", PORT = "9080" } = process.env;

/** Says what it does, and takes a second for it. */
async function work(name: string): Promise<void> {
  console.log(`  process ${process.pid} makes ${name}`);
  await setTimeout(1000);
}

const orders = asset({ name: "orders" }, async () => {
  await work("orders");
  return [12, 30, 8];
});
const revenue = asset({ name: "revenue", inputs: { orders } }, async ({ orders }) => {
  await work("revenue");
  return orders.reduce((sum, each) => sum + each, 0);
});
const largest = asset({ name: "largest", inputs: { orders } }, async ({ orders }) => {
  await work("largest");
  return Math.max(...orders);
});
const report = asset({ name: "report", inputs: { revenue, largest } }, async ({ revenue, largest }) => {
  await work("report");
  return `revenue ${revenue}, largest order ${largest}`;
});

const repository = await Repository.open({
  assets: [orders, revenue, largest, report],
  ioHandler: new SuperJsonIOHandler({ store: new LocalStore(FOLDER, { reach: "anywhere" }) }),
  storage: Storage.connect(postgres(DATABASE_URL)),
});

const pipeline = workflow({
  name: "pipeline",
  handlers: {
    run: async (context: WorkflowContext) => {
      const executor = restate(context, RestatePromise.all);
      const { success, materializedAssets } = await repository.materialize({ runId: context.key, executor, raiseOnError: false });
      return { success, materializedAssets };
    },
  },
  options: { retryPolicy: { initialInterval: 100, maxInterval: 1000, maxAttempts: 1_000_000 } },
});
await serve({ services: [pipeline], port: Number(PORT) });
console.log("  the service is listening");
