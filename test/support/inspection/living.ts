/** A real repository in memory, for pages: earthquakes, with hours, a step that takes time, one that fails, and a condition. */
import { asset, condition, hourlyPartitions, MemoryStore, MetadataValue, Repository, SuperJsonIOHandler } from "edgewater";
import { type Inspection, inspect } from "edgewater/inspector";
import { assets, quakes, strong, tasks } from "../../../examples/earthquakes/pipeline.ts";

const start = "2018-01-31";
const end = "2018-02-08";

/** Which hour of the week fails until it is told not to. */
const brokenHour = "2018-02-06T18:00";

export interface Living {
  readonly repository: Repository;
  readonly inspection: Inspection;
  /** Lets the step `slow` end. */
  readonly release: () => void;
  /** Lets what has failed succeed from now on. */
  readonly mend: () => void;
}

/** Opens the repository. Nothing is materialized yet. */
export async function living(): Promise<Living> {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let isMended = false;

  const hourly = asset({ name: "hourly", inputs: { quakes }, partitions: hourlyPartitions({ start, end }) }, ({ quakes }, context) => {
    const key = String(context.partitionKey);
    if (key === brokenHour && !isMended) throw new RangeError(`The hour ${key} has no room: <script>alert(1)</script>`);
    const rows = quakes.filter(({ at }) => at.toISOString().startsWith(key.slice(0, 13)));
    context.addOutputMetadata({ rows: rows.length, label: MetadataValue.text("\u202e<b>not bold</b>") });
    return rows;
  });
  const alerts = asset(
    { name: "alerts", inputs: { strong }, retry: { maxRetries: 1, delayMs: 20, jitter: "none" } },
    ({ strong }, context) => {
      context.log.warn("3 rules; recipients are taken from the settings");
      if (!isMended) throw new TypeError(`${strong.length} rows have no recipient: <img src=x onerror=alert(1)>`);
      return strong.length;
    },
  );
  const digest = asset({ name: "digest", inputs: { alerts } }, ({ alerts }) => `${alerts} alerts`);
  const slow = asset({ name: "slow", inputs: { strong } }, async ({ strong }, context) => {
    for (let done = 0; done <= 62; done += 31) {
      context.log.info(`Projected ${done} of 100`);
      context.progress(done, 100);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await Promise.race([released, aborted(context.signal)]);
    context.signal.throwIfAborted();
    return strong.length;
  });
  const rates = asset({ name: "rates", inputs: { quakes }, automationCondition: condition.eager() }, ({ quakes }) => quakes.length / 192);

  const repository = await Repository.open({
    assets: [...assets, hourly, alerts, digest, slow, rates],
    tasks,
    ioHandler: new SuperJsonIOHandler({ store: new MemoryStore(), prefix: "earthquakes" }),
  });
  return {
    repository,
    inspection: inspect(repository, { name: "Earthquakes", where: "Memory, this tab" }),
    release,
    mend: () => {
      isMended = true;
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
