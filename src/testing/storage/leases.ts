import type { LeaseChange, Precondition, Storage } from "../../storage/types.ts";
import { made, rejects, runOf, type StorageCase, same } from "./check.ts";

const started = (runId: string) => runOf(runId, { status: "Started", endTime: undefined });
const hold = (runId: string, owner: string, fields: Partial<Extract<LeaseChange, { ttlMs: number }>> = {}): LeaseChange => ({
  runId,
  owner,
  attempt: 1,
  ttlMs: 3_600_000,
  ...fields,
});

/** Runs, step and owner, and beat of every lease. */
const leasesOf = async (storage: Storage, runId?: string) =>
  (await storage.getLeases(runId))
    .map(({ runId, step, owner, beat }) => [step === undefined ? runId : `${runId}/${step}`, owner, beat] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));

const idsOf = async (storage: Storage, options: Parameters<Storage["getRuns"]>[0] = {}) =>
  (await storage.getRuns(options)).map(({ runId }) => runId);

/** Waits until a check passes: for clocks of back ends, which only have to go on. */
async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Cases for leases, the status that they give to runs, and what their owners may still write. */
export const leaseCases: readonly StorageCase[] = [
  {
    name: "takes, renews and ends the leases of runs and steps",
    run: async (storage) => {
      same(await storage.getLeases(), [], "before there is one");
      await storage.commit({ runs: [started("r"), started("s")], leases: [hold("r", "1.a", { holder: "me" }), hold("s", "1.b")] });
      await storage.commit({ leases: [hold("r", "1.a"), hold("r", "1.a", { step: "x" }), hold("r", "1.a", { step: "it's" })] });
      same(
        await leasesOf(storage, "r"),
        [
          ["r", "1.a", 1],
          ["r/it's", "1.a", 0],
          ["r/x", "1.a", 0],
        ],
        "of a run",
      );
      same((await leasesOf(storage)).length, 4, "of every run");
      const of = async (...which: readonly string[]) => (await storage.getLeases(...which)).map(({ runId, step }) => [runId, step]);
      same(await of("r", "it's"), [["r", "it's"]], "of a step");
      same(await of("r", ""), [["r", undefined]], "of a run without its steps");
      same(await of("r", "other"), [], "of an unknown step");
      const taken: LeaseChange = hold("r", "2.c", { attempt: 2, ttlMs: 5000, holder: "you" });
      await storage.commit({ leases: [taken] });
      const [own] = (await storage.getLeases("r")).filter(({ step }) => step === undefined);
      const { ageMs = -1, ...rest } = own ?? {};
      same(rest, { ...taken, beat: 0 }, "after another took it");
      same(typeof ageMs, "number", "its age");
      await storage.commit({ leases: [{ runId: "r", step: "x", owner: undefined }] });
      same((await leasesOf(storage, "r")).length, 2, "after one of a step ended");
      await storage.commit({ leases: [{ runId: "r", owner: undefined }] });
      same(await leasesOf(storage), [["s", "1.b", 0]], "after that of the run ended, with those of its steps");
      await storage.commit({ leases: [{ runId: "r", owner: undefined }], deletes: { runs: ["s"] } });
      same(await storage.getLeases(), [], "after the run was deleted");
    },
  },
  {
    name: "checks the owner and the beat of leases, and the existence of events, at the moment of the write",
    run: async (storage) => {
      const attempt = (precondition: Precondition) => storage.commit({ preconditions: [precondition], events: [made("x")] });
      const fails = (precondition: Precondition) => rejects(() => attempt(precondition), "PreconditionFailed");
      await attempt({ lease: "r", owner: undefined });
      await fails({ lease: "r", owner: "1.a" });
      await storage.commit({ leases: [hold("r", "1.a"), hold("r", "1.a", { step: "s" })] });
      await storage.commit({ leases: [hold("r", "1.a")] });
      await attempt({ lease: "r", owner: "1.a" });
      await attempt({ lease: "r", owner: "1.a", beat: 1 });
      await attempt({ lease: "r", step: "s", owner: "1.a", beat: 0 });
      await attempt({ lease: "r", step: "t", owner: undefined });
      await fails({ lease: "r", owner: "1.a", beat: 0 });
      await fails({ lease: "r", owner: "1.A" });
      await fails({ lease: "r", step: "s", owner: "2.b" });
      const held = await fails({ lease: "r", owner: undefined });
      same(held.message.includes("the lease of the run r must be free"), true, "the message names the lease");
      const [event] = await storage.commit({ events: [made("a")] });
      const id = event?.id ?? 0;
      await attempt({ event: id });
      await fails({ event: id + 1000 });
      await storage.commit({ deletes: { events: [id] } });
      const gone = await fails({ event: id });
      same(gone.message.includes(`the event ${id} must exist`), true, "the message names the event");
    },
  },
  {
    name: "lets exactly one of many take a lease over, and refuses the former owner",
    run: async (storage) => {
      await storage.commit({ runs: [started("r")], leases: [hold("r", "1.a")] });
      await storage.commit({ leases: [hold("r", "1.a")] });
      const [seen] = await storage.getLeases("r");
      const owners = Array.from({ length: 8 }, (_, index) => `2.${index}`);
      const outcomes = await Promise.all(
        owners.map(async (owner) => {
          const preconditions = [{ lease: "r", owner: seen?.owner, ...(seen && { beat: seen.beat }) }];
          try {
            await storage.commit({ preconditions, leases: [hold("r", owner, { attempt: 2 })] });
            return owner;
          } catch {
            return undefined;
          }
        }),
      );
      const winners = outcomes.filter((owner) => owner !== undefined);
      same(winners.length, 1, "how many took it over");
      same(await leasesOf(storage), [["r", winners[0], 0]], "the lease");
      const late = { preconditions: [{ lease: "r", owner: "1.a" }], events: [made("late")] };
      await rejects(() => storage.commit(late), "PreconditionFailed");
      same(await storage.getEventsForAsset("late"), [], "events of the former owner");
    },
  },
  {
    name: "measures the age of a lease by its own clock, from its last renewal",
    run: async (storage) => {
      await storage.commit({ leases: [hold("r", "1.a")] });
      const age = async (): Promise<number> => (await storage.getLeases("r"))[0]?.ageMs ?? Number.NaN;
      await until(async () => (await age()) >= 200);
      const before = Date.now();
      await storage.commit({ leases: [hold("r", "1.a")] });
      const renewed = await age();
      same(renewed <= Date.now() - before + 100, true, `the age after the renewal, ${renewed} ms, is that of the renewal`);
      await until(async () => (await age()) > renewed);
    },
  },
  {
    name: "gives the status Interrupted to a started run whose owner is silent for longer than its lease",
    run: async (storage) => {
      await storage.commit({
        runs: [started("none"), started("short"), started("long"), started("long2"), runOf("done")],
        leases: [hold("short", "1.a", { ttlMs: 1 }), hold("long", "1.b"), hold("long2", "1.c"), hold("done", "1.d", { step: "left" })],
      });
      await until(async () => (await storage.getRun("short"))?.status === "Interrupted");
      const statuses = (await storage.getRuns()).map(({ runId, status }) => [runId, status]);
      same(
        statuses,
        [
          ["done", "Success"],
          ["long2", "Started"],
          ["long", "Started"],
          ["short", "Interrupted"],
          ["none", "Interrupted"],
        ],
        "every run",
      );
      same((await storage.getRun("none"))?.status, "Interrupted", "one without a lease");
      same(await idsOf(storage, { status: "Started" }), ["long2", "long"], "started ones");
      same(await idsOf(storage, { status: "Started", limit: 1 }), ["long2"], "the newest started one");
      same(await idsOf(storage, { status: "Interrupted" }), ["short", "none"], "interrupted ones");
      same(await idsOf(storage, { status: "Interrupted", limit: 1 }), ["short"], "the newest interrupted one");
      same(await idsOf(storage, { status: "Success" }), ["done"], "others");
      await storage.commit({ preconditions: [{ run: "none", is: "Started" }] });
      await storage.commit({ leases: [hold("short", "1.a")] });
      same((await storage.getRun("short"))?.status, "Started", "after the owner woke up");
      await storage.commit({ leases: [hold("none", "1.e", { step: "x" })] });
      same((await storage.getRun("none"))?.status, "Interrupted", "with the lease of a step only");
    },
  },
  {
    name: "sets the outcome of a run, ends its leases and records the end as an event",
    run: async (storage) => {
      await storage.commit({
        runs: [{ ...started("r"), attempt: 3 }],
        leases: [hold("r", "3.a", { attempt: 3 }), hold("r", "3.a", { attempt: 3, step: "x" })],
      });
      await storage.setRunOutcome("r", "Canceled");
      same(await storage.getLeases(), [], "leases");
      const events = await storage.getEventsForRun("r", { types: "all" });
      same(
        events.map((event) => ({ ...event, id: 0, timestamp: 0 })),
        [
          {
            id: 0,
            eventType: "RunEnd",
            runId: "r",
            timestamp: 0,
            inputDataVersions: {},
            metadata: {},
            status: "Canceled",
            attempt: 3,
          },
        ],
        "events",
      );
      const owned = { preconditions: [{ lease: "r", owner: "3.a" }], events: [made("late")] };
      await rejects(() => storage.commit(owned), "PreconditionFailed");
      same((await storage.getRun("r"))?.status, "Canceled", "the status");
    },
  },
  {
    name: "never prunes rows of a run that was resumed meanwhile",
    run: async (storage) => {
      const old = { timestamp: 1000, runId: "r" };
      await storage.commit({
        runs: [runOf("r", { status: "Failure", endTime: 1000 }), runOf("gone", { endTime: 1000 }), runOf("held", { endTime: 1000 })],
        leases: [hold("held", "2.a")],
      });
      await storage.commit({ events: [made("a", old), made("a", { ...old, runId: "gone" }), made("a", { ...old, runId: "held" })] });
      await storage.commit({ events: [made("a", { ...old, runId: "unknown" })] });
      const pruning = storage.prune({ before: 2000 });
      const resumed = { ...runOf("r"), status: "Started" as const, endTime: undefined };
      // It may win or lose against any part of the pruning. Whatever was committed stays.
      const resuming = storage.commit({ preconditions: [{ run: "r", is: "Failure" }], runs: [resumed], leases: [hold("r", "2.b")] });
      const won = await resuming.then(
        () => true,
        () => false,
      );
      const { events } = await pruning;
      same((await storage.getRun("r"))?.status, won ? "Started" : undefined, "the resumed run");
      same((await storage.getRun("held"))?.runId, "held", "a run with a lease");
      same(await storage.getRun("gone"), undefined, "a run that ended");
      same((await storage.getEventsForRun("held")).length, 1, "events of a run with a lease");
      same((await storage.getEventsForAsset("a")).length, 4 - events, "as many events as the result says");
    },
  },
];
