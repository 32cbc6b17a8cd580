/** Steps over pg-boss, with workers in this process. */
import { type Asset, asset, condition, dailyPartitions, isEdgewaterError, Repository, Storage, SuperJsonIOHandler } from "edgewater";
import { type PgBossOptions, pgBoss } from "edgewater/pg-boss";
import { postgres } from "edgewater/postgres";
import { PgBoss } from "pg-boss";
import { afterAll, describe, expect, it } from "vitest";
import { byHand, urlOf } from "../database.ts";
import { type BossPlace, newPlace } from "./place.ts";

/** A process, as far as steps see it: a boss and a repository of its own. */
async function newProcess(place: BossPlace, assets: readonly Asset[], options: PgBossOptions = {}, boss?: PgBoss) {
  const own = boss ?? (await place.newBoss());
  const { executor, work } = pgBoss(own, options);
  const storage = Storage.connect(postgres(place.url));
  const ioHandler = new SuperJsonIOHandler({ store: place.store });
  const repository = await Repository.open({ assets, storage, ioHandler, executor });
  const close = async (): Promise<void> => {
    await own.stop({ graceful: false, close: false });
    await repository.close();
  };
  return { boss: own, repository, executor, work, [Symbol.asyncDispose]: close };
}

/** A function that waits until it is let go, and tells how often it was called and how often it was aborted. */
function gate() {
  const opened = Promise.withResolvers<void>();
  const calls: AbortSignal[] = [];
  const waiting: { readonly calls: number; readonly resolve: () => void }[] = [];
  const wait = async (signal: AbortSignal): Promise<number> => {
    const call = calls.push(signal);
    for (const each of waiting) if (calls.length >= each.calls) each.resolve();
    await Promise.race([opened.promise, new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))]);
    return call;
  };
  const called = (times: number): Promise<void> =>
    new Promise((resolve) => {
      waiting.push({ calls: times, resolve });
      if (calls.length >= times) resolve();
    });
  return { open: opened.resolve, wait, called, calls };
}

const aborted = (signal: AbortSignal | undefined): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal?.aborted) resolve(undefined);
    signal?.addEventListener("abort", resolve);
  });

const failure = (call: Promise<unknown>): Promise<{ readonly code?: string; readonly message: string }> =>
  call.then(
    () => Promise.reject(new Error("it did not fail")),
    (error) => error,
  );

let names = 0;
const newQueue = (): string => `queue/${++names}`;

describe("steps over pg-boss", async () => {
  const place = await newPlace();
  afterAll(() => place[Symbol.asyncDispose]());

  it("are answered by the attempt that pg-boss counts, whatever an earlier worker says later", async () => {
    const queue = newQueue();
    const { open, wait, called } = gate();
    const slow = asset({ name: `${queue}/slow` }, (_, { signal }) => wait(signal));
    await using one = await newProcess(place, [slow], { queue });
    await using other = await newProcess(place, [slow], { queue });
    await one.work(one.repository, { concurrency: 1 });
    const running = one.repository.materialize();
    await called(1);
    // As pg-boss does when a heartbeat is missing.
    const [job] = await one.boss.findJobs<object>(queue);
    await one.boss.fail(queue, { id: job?.id ?? "", retryCount: 0 }, { message: "no heartbeat" });
    await other.work(other.repository, { concurrency: 1 });
    await called(2);
    open();
    const { runId } = await running;
    const [made, ...more] = await one.repository.storage.getEventsForAsset(slow.name, { runId });
    expect([made?.runId, more]).toEqual([runId, []]);
    expect(await one.repository.load(slow)).toBe(2);
    expect(await one.boss.findJobs(queue)).toMatchObject([{ state: "completed", retryCount: 1, output: { outcome: { status: "ended" } } }]);
    // What the zombie says is not heard.
    expect(await one.boss.complete(queue, { id: job?.id ?? "", retryCount: 0 }, { from: "a zombie" })).toMatchObject({ affected: 0 });
  });

  it("are given back by a worker that is stopped in the middle, without a failure", async () => {
    const queue = newQueue();
    const { open, wait, called, calls } = gate();
    const slow = asset({ name: `${queue}/slow` }, (_, { signal }) => wait(signal));
    await using one = await newProcess(place, [slow], { queue });
    await using other = await newProcess(place, [slow], { queue });
    await one.work(one.repository);
    const running = other.repository.materialize();
    await called(1);
    await one.boss.stop({ graceful: false });
    await aborted(calls[0]);
    await other.work(other.repository);
    await called(2);
    open();
    const { runId } = await running;
    const events = await other.repository.storage.getEventsForRun(runId, { types: "all" });
    expect(events.map(({ eventType }) => eventType).filter((type) => type === "StepFailure")).toEqual([]);
    expect(await other.repository.load(slow)).toBe(2);
  });

  it("go to another worker when one has closed its repository", async () => {
    const queue = newQueue();
    const one = asset({ name: `${queue}/one` }, () => 1);
    await using broken = await newProcess(place, [one], { queue });
    await using whole = await newProcess(place, [one], { queue });
    await broken.work(broken.repository, { concurrency: 1 });
    await broken.repository.close();
    const running = whole.repository.materialize();
    const startOf = async (): Promise<unknown> => (await whole.boss.findJobs(queue))[0]?.startedOn;
    while (!(await startOf())) await new Promise((resolve) => setTimeout(resolve, 10));
    await whole.work(whole.repository, { concurrency: 1 });
    expect(await running).toMatchObject({ success: true });
  });

  it("wait for no worker when their run is canceled, and stop in the one that has them", async () => {
    const queue = newQueue();
    const { wait, called, calls } = gate();
    const slow = asset({ name: `${queue}/slow` }, (_, { signal }) => wait(signal));
    const waiting = asset({ name: `${queue}/waiting` }, (_, { signal }) => wait(signal));
    await using one = await newProcess(place, [slow, waiting], { queue });
    const worker = await one.work(one.repository, { concurrency: 1 });
    const running = failure(one.repository.materialize());
    await called(1);
    const { storage } = one.repository;
    const [run] = await storage.getRuns({ status: "Started" });
    await one.repository.cancel(run?.runId ?? "");
    expect(await running).toMatchObject({ code: "TakenOver" });
    await aborted(calls[0]);
    await worker.close();
    expect((await one.boss.findJobs(queue)).map(({ state }) => state)).toEqual(["cancelled", "cancelled"]);
    const events = await storage.getEventsForRun(run?.runId ?? "", { types: "all" });
    expect(events.at(-1)?.eventType).toBe("RunEnd");
    expect(calls).toHaveLength(1);
  });

  it("are skipped when their run is aborted before a worker has them", async () => {
    const queue = newQueue();
    const one = asset({ name: `${queue}/one` }, () => 1);
    await using own = await newProcess(place, [one], { queue });
    const controller = new AbortController();
    const running = own.repository.materialize({ signal: controller.signal, raiseOnError: false });
    const find = (): Promise<readonly unknown[]> => own.boss.findJobs(queue).catch(() => []);
    while ((await find()).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    expect(await running).toMatchObject({ skippedAssets: [one.name], failedAssets: [] });
  });

  it("fail when an operator cancels or deletes their jobs, or six workers are lost over them", async () => {
    const queue = newQueue();
    const one = asset({ name: `${queue}/one` }, () => 1);
    await using own = await newProcess(place, [one], { queue });
    const jobOf = async (): Promise<string> => {
      for (;;) {
        const jobs = await own.boss.findJobs(queue).catch(() => []);
        const job = jobs.find(({ state }) => state === "created");
        if (job !== undefined) return job.id;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const canceled = failure(own.repository.materialize());
    await own.boss.cancel(queue, await jobOf());
    expect((await canceled).message).toMatch(/its job was canceled in pg-boss; begin another run/);
    const deleted = failure(own.repository.materialize());
    await own.boss.deleteJob(queue, await jobOf());
    expect((await deleted).message).toMatch(/its job was deleted in pg-boss; begin another run/);
    const lost = failure(own.repository.materialize());
    await jobOf();
    for (let losses = 0; losses < 6; losses++) {
      const [job] = await own.boss.fetch(queue);
      await own.boss.fail(queue, job as { id: string; retryCount: number }, { message: "out of memory" });
    }
    const error = await lost;
    expect(error).toMatchObject({ code: "Unavailable" });
    expect(error.message).toMatch(
      /6 workers were lost over it, the last one with: out of memory; .* the job is in the queue "queue\/\d+-dead"/,
    );
    expect(await own.boss.findJobs(`${queue}-dead`)).toMatchObject([{ data: { computation: one.name }, sourceName: queue }]);
  });

  it("are made by backfills and automation too", async () => {
    const queue = newQueue();
    const partitions = dailyPartitions({ start: "2024-01-01", end: "2024-01-06" });
    const daily = asset({ name: `${queue}/daily`, partitions }, (_, { partitionKey }) => partitionKey);
    const source = asset({ name: `${queue}/source` }, () => 1);
    const eager = asset({ name: `${queue}/eager`, inputs: { source }, automationCondition: condition.eager() }, ({ source }) => source + 1);
    await using own = await newProcess(place, [daily, source, eager], { queue });
    await own.work(own.repository);
    const filled = await own.repository.backfill({ selection: [daily], partitionKeys: "all", partitionsPerRun: 2 });
    expect(filled).toMatchObject({ success: true, counts: { total: 5, made: 5 } });
    await own.repository.materialize({ selection: [source] });
    const { runs } = await own.repository.automate();
    expect(runs).toMatchObject([{ result: { success: true } }]);
    expect(await own.repository.load(eager)).toBe(2);
    const jobs = await own.boss.findJobs(queue);
    expect(jobs.filter(({ state }) => state === "completed")).toHaveLength(5 + 1 + 1);
  });

  it("leave no value in a table of pg-boss, and less than a kilobyte for each step", async () => {
    const queue = newQueue();
    const one = asset({ name: `${queue}/one` }, () => "canary-91d2");
    const bad = asset({ name: `${queue}/bad`, inputs: { one } }, ({ one }) => {
      throw new Error(`bad ${one.length}`, { cause: one });
    });
    await using own = await newProcess(place, [one, bad], { queue });
    await own.work(own.repository);
    expect(await own.repository.materialize({ raiseOnError: false })).toMatchObject({ success: false, materializedAssets: [one.name] });
    await byHand(place.name, async (sql) => {
      const tables = await sql<{ name: string }[]>`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'pgboss'`;
      const rows = await Promise.all(tables.map(({ name }) => sql.unsafe(`SELECT t::text AS row FROM pgboss."${name}" t`)));
      const text = rows.flat().map(({ row }) => String(row));
      expect(text.some((row) => row.includes(queue))).toBe(true);
      expect(text.filter((row) => row.includes("canary"))).toEqual([]);
      const sizes = await sql<
        { size: number }[]
      >`SELECT length(data::text) + length(output::text) AS size FROM pgboss.job WHERE name = ${queue}`;
      expect(sizes).toHaveLength(2);
      for (const { size } of sizes) expect(size).toBeLessThan(1024);
    });
  });

  it("need no right to create schemas", async () => {
    const role = `role_${crypto.randomUUID().replaceAll("-", "")}`;
    await byHand(place.name, async (sql) => {
      await sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret of the test'`);
      await sql.unsafe(`REVOKE CREATE ON DATABASE ${place.name} FROM PUBLIC`);
      await sql.unsafe(`CREATE SCHEMA jobs AUTHORIZATION ${role}`);
    });
    const connectionString = urlOf(place.name).replace(/\/\/[^:]+:/, `//${role}:`);
    const boss = await place.newBoss({ connectionString, schema: "jobs", createSchema: false });
    const one = asset({ name: "role/one" }, () => 1);
    await using own = await newProcess(place, [one], { queue: "roles" }, boss);
    await own.work(own.repository);
    expect(await own.repository.materialize()).toMatchObject({ success: true });
    await byHand(place.name, (sql) => sql.unsafe(`REVOKE ALL ON ALL TABLES IN SCHEMA jobs FROM ${role}`));
    const { work } = pgBoss(own.boss, { queue: "others" });
    const error = await failure(work(own.repository));
    expect(error).toMatchObject({ code: "PermissionDenied" });
    expect(error.message).toMatch(/^Cannot create the queue "others" of pg-boss: permission denied .*; give its role/);
    await own.boss.stop({ graceful: false });
    await byHand(place.name, (sql) => sql.unsafe(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`));
  });
});

describe("pgBoss()", async () => {
  const place = await newPlace();
  afterAll(() => place[Symbol.asyncDispose]());
  const one = asset({ name: "one", timeoutMs: 5000 }, () => 1);

  it("refuses what is no boss, and options that pg-boss does not have", async () => {
    const boss = await place.newBoss();
    for (const wrong of [undefined, null, {}, PgBoss, "postgres://host"])
      expect(() => pgBoss(wrong as never)).toThrow(/^Invalid boss of pgBoss: .*; expected a started PgBoss of pg-boss 12.38 or later/);
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [{ heartbeatSeconds: 9 }, /^Invalid heartbeatSeconds of pgBoss: 9; expected a whole number of seconds, 10 to 86400$/],
      [{ expireInSeconds: 86_401 }, /^Invalid expireInSeconds of pgBoss: 86401; expected a whole number of seconds, 1 to 86400$/],
      [{ queue: "a b" }, /^Invalid queue of pgBoss: a string; expected a name of letters, digits, _, -, \. and \/$/],
      [{ queue: "" }, /^Invalid queue of pgBoss/],
      [{ maxConcurrency: 0 }, /^Invalid maxConcurrency of pgBoss: 0; expected a whole number, 1 or more$/],
      [{ heartbeatSecond: 10 }, /^Unknown option "heartbeatSecond" of pgBoss; did you mean "heartbeatSeconds"\?$/],
    ];
    for (const [options, message] of wrong) expect(() => pgBoss(boss, options as never)).toThrow(message);
    const { work } = pgBoss(boss);
    expect((await failure(work(undefined as never))).message).toMatch(/^Invalid repository of work: undefined; expected a Repository/);
    await using own = await newProcess(place, [one]);
    expect((await failure(own.work(own.repository, { concurrency: 0 }))).message).toMatch(/^Invalid concurrency of work: 0/);
  });

  it("says that a boss must be started, before a worker begins and when a step is sent", async () => {
    const boss = new PgBoss(place.url);
    const { executor, work } = pgBoss(boss);
    await using own = await newProcess(place, [one]);
    const message = /^Cannot create the queue "edgewater-steps" of pg-boss: .*; call await boss\.start\(\) before/;
    const refused = await failure(work(own.repository));
    expect(refused).toMatchObject({ code: "SettingsError", field: "boss" });
    expect(refused.message).toMatch(message);
    const { failedAssets } = await own.repository.materialize({ executor, raiseOnError: false });
    expect(isEdgewaterError(failedAssets[0]?.error, "SettingsError")).toBe(true);
    // Once it is started, the same executor works.
    boss.on("error", () => {});
    await boss.start();
    await using worker = await work(own.repository);
    expect(await own.repository.materialize({ executor })).toMatchObject({ success: true });
    await worker.close();
    await boss.stop();
    expect((await failure(work(own.repository))).message).toMatch(/call await boss\.start\(\) before/);
  });

  it("refuses a queue that drops or holds back steps", async () => {
    await using own = await newProcess(place, [one], { queue: "singletons" });
    await own.boss.createQueue("singletons", { policy: "singleton" });
    const error = await failure(own.work(own.repository));
    expect(error).toMatchObject({ code: "SettingsError", field: "queue" });
    expect(error.message).toMatch(/it has the policy "singleton"/);
  });

  it("refuses a step that may take longer than its job", async () => {
    await using own = await newProcess(place, [one], { queue: "short", expireInSeconds: 5 });
    const error = await failure(own.repository.materialize());
    expect(error.message).toMatch(
      /Cannot send "one" to pg-boss: it may take 5000 ms, its timeoutMs, and expireInSeconds of pgBoss is 5; give/,
    );
  });

  it("answers what is no request with an error, and goes on", async () => {
    await using own = await newProcess(place, [one], { queue: "junk" });
    await own.work(own.repository);
    const id = (await own.boss.send("junk", { not: "a request" })) ?? "";
    const stateOf = async (): Promise<unknown> => (await own.boss.findJobs("junk", { id }))[0]?.state;
    while ((await stateOf()) !== "completed") await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await own.boss.findJobs("junk", { id })).toMatchObject([{ output: { error: { code: "SettingsError" } } }]);
    expect(await own.repository.materialize()).toMatchObject({ success: true });
  });
});
