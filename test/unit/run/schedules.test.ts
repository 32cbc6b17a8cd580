import { MemoryStore, Storage } from "edgewater";
import { UnstorageStore } from "edgewater/unstorage";
import memoryDriver from "unstorage/drivers/memory";
import { describe, expect, it } from "vitest";
import { checkEnd } from "../../support/schedules/check.ts";
import type { Timer } from "../../support/schedules/clock.ts";
import { type Input, open } from "../../support/schedules/pipeline.ts";
import { firstViolation } from "../../support/schedules/random.ts";
import { ContentEtagStore, PlainStore } from "../../support/schedules/stores.ts";
import { type Call, type Process, type Shared, type SharedStore, World } from "../../support/schedules/world.ts";

const stores: Readonly<Record<string, () => unknown>> = {
  "a store with conditions": () => new MemoryStore(),
  "a store whose etags name content": () => new ContentEtagStore(),
  "a store without conditions": () => new PlainStore(),
  "a store without conditions and metadata": () => new UnstorageStore(memoryDriver()),
};

/** A world with processes that make `a` and `b`, or resume what another makes, for one schedule. */
class Stage {
  readonly input: Input;
  readonly shared: Shared;
  readonly world: World;

  constructor(store: unknown = new MemoryStore(), equal = false) {
    this.input = { version: 0, made: 0, equal };
    this.shared = { storage: Storage.memory(), store: store as SharedStore };
    this.world = new World(this.shared);
    this.world.clock.install();
  }

  maker(name: string, ...selection: readonly string[]): Process {
    return this.world.process(name, async (own, process) => {
      const { repository } = await open(own, process, this.input);
      return repository.materialize(selection.length > 0 ? { selection } : {});
    });
  }

  resumer(name: string, other: Process): Process {
    return this.world.process(name, async (own, process) => {
      const { repository } = await open(own, process, this.input);
      return repository.materialize({ resume: { run: other.runId as string, force: true } });
    });
  }

  /** Ends the schedule, and returns what does not hold. */
  async end(): Promise<readonly string[]> {
    this.world.clock.restore();
    return checkEnd(this.world, this.shared, this.input);
  }
}

/** Plays one schedule, whatever it throws. */
async function play(work: (stage: Stage) => Promise<void>, ...given: ConstructorParameters<typeof Stage>): Promise<void> {
  const stage = new Stage(...given);
  try {
    await work(stage);
  } finally {
    stage.world.clock.restore();
  }
  expect(await stage.end()).toEqual([]);
}

const errorOf = ({ outcome }: Process): unknown => (outcome?.error as { readonly code?: string } | undefined)?.code;
const recordsOf = ({ world }: Stage, asset: string): number => world.history.records.filter(({ assetKey }) => assetKey === asset).length;

describe("a run that another process takes over", () => {
  it("starts nothing any more", () =>
    play(async (stage) => {
      const { world } = stage;
      const first = stage.maker("first");
      await world.until(first, "commit StepStart a");
      const second = stage.resumer("second", first);
      await world.until(second, "commit StepStart a");
      await world.finish(first);
      expect(errorOf(first)).toBe("TakenOver");
      await world.finish(second);
      expect(second.outcome?.value).toMatchObject({ success: true });
    }));

  it("records nothing any more, and what it has written is recorded once and not made again", () =>
    play(async (stage) => {
      const { world } = stage;
      const first = stage.maker("first");
      await world.until(first, "commit Materialization a, StepSuccess a");
      const second = stage.resumer("second", first);
      await world.until(second, "getEventsForRun");
      await world.finish(first);
      expect(errorOf(first)).toBe("TakenOver");
      await world.finish(second);
      expect(recordsOf(stage, "a")).toBe(1);
    }));

  it("has what it writes after the look of the next owner recorded once", () =>
    play(async (stage) => {
      const { world } = stage;
      const first = stage.maker("first");
      const put = await world.until(first, "put a");
      const second = stage.resumer("second", first);
      await world.until(second, "commit StepStart a");
      await world.end(put);
      await world.finish(second);
      await world.finish(first);
      expect(recordsOf(stage, "a")).toBe(1);
    }));

  it("has its written value recorded with the inputs that it was made from", () =>
    play(async (stage) => {
      const { world, input } = stage;
      const first = stage.maker("first");
      await world.until(first, "commit Materialization b, StepSuccess b");
      world.kill(first, false);
      input.version = 1;
      await world.finish(stage.maker("another", "a"));
      await world.finish(stage.resumer("second", first));
      const [record] = world.history.records.filter(({ assetKey }) => assetKey === "b");
      expect(record).toMatchObject({ metadata: { adopted: { value: true } }, inputEventIds: { a: world.history.records[0]?.id } });
    }));

  it("does not make again what another run records for it while it is resumed", () =>
    play(async (stage) => {
      const { world } = stage;
      const first = stage.maker("first");
      await world.until(first, "put a");
      world.kill(first, true);
      const second = stage.resumer("second", first);
      await world.until(second, "getEventsForRun");
      await world.end(second.calls[0] as Call);
      await world.deliver(world.late[0] as Call);
      await world.finish(stage.maker("helper"));
      await world.finish(second);
      expect(world.history.records.filter(({ assetKey, runId }) => assetKey === "a" && runId === first.runId)).toHaveLength(1);
    }));

  it("has writes of its own although two processes take it over as the same attempt", () =>
    play(async (stage) => {
      const { world } = stage;
      const first = stage.maker("first");
      await world.until(first, "commit StepStart a");
      const [second, third] = [stage.resumer("second", first), stage.resumer("third", first)];
      await world.until(third, "getLeases");
      await world.until(second, "put b");
      await world.until(third, "put b");
      await world.finish(second);
      await world.finish(third);
      await world.finish(first);
      const writes = world.history.records.map(({ stored }) => stored?.writeId);
      expect(new Set(writes).size).toBe(writes.length);
      expect((await stage.shared.storage.getRun(first.runId as string))?.attempt).toBe(3);
    }));
});

describe("a run that is canceled", () => {
  it("is finished by who resumes it before the answer to the cancellation has arrived", () =>
    play(async (stage) => {
      const { world } = stage;
      const first = stage.maker("first");
      await world.until(first, "commit StepStart a");
      const canceling = world.process("canceling", async (own, process) =>
        (await open(own, process, stage.input)).repository.cancel(first.runId as string),
      );
      await world.end(await world.until(canceling, "setRunOutcome"), "answered later");
      const second = stage.resumer("second", first);
      await world.until(second, "commit StepStart a");
      await world.finish(canceling);
      await world.finish(first);
      expect(errorOf(first)).toBe("TakenOver");
      await world.finish(second);
      expect(second.outcome?.value).toMatchObject({ success: true });
    }));
});

describe("a run that ends", () => {
  it("tells its own error when its lease is renewed at that moment", () =>
    play(async (stage) => {
      const { world, input } = stage;
      input.version = -1;
      const maker = stage.maker("maker");
      const end = await world.until(maker, "commit StepSkipped b, RunEnd");
      await world.end(end, "answered later");
      const [beat] = world.clock.timers;
      world.clock.fire(beat as Timer);
      await world.settle();
      while (maker.calls.length > 0) await world.end(maker.calls.at(-1) as Call);
      expect(String(maker.outcome?.error)).toContain("the input is broken");
      input.version = 0;
    }));
});

describe("two runs of the same assets", () => {
  it("lose no record to a write of a killed process that comes late", () =>
    play(async (stage) => {
      const { world } = stage;
      const killed = stage.maker("killed");
      await world.until(killed, "put a");
      world.kill(killed, true);
      await world.finish(stage.maker("other", "a"));
      for (const call of [...world.late]) await world.deliver(call);
    }));

  it("do not replace a record with what was made from older inputs", () =>
    play(async (stage) => {
      const { world, input } = stage;
      const [first, second] = [stage.maker("first", "a"), stage.maker("second", "a")];
      await world.until(first, "put a");
      await world.until(second, "commit announcement");
      input.version = 1;
      await world.finish(first);
      await world.finish(second);
      expect(world.history.madeBy(world.history.latest("a") as never)?.name).toContain("u1");
    }));

  it("record the version of the input that was loaded, also when it was not recorded yet", () =>
    play(async (stage) => {
      const { world } = stage;
      const [first, second] = [stage.maker("first"), stage.maker("second", "a")];
      await world.until(first, "get a");
      await world.until(second, "commit Materialization a, StepSuccess a");
      await world.finish(first);
      await world.finish(second);
      expect(recordsOf(stage, "a")).toBe(2);
    }));

  it("do not mark a value as replaced that was recorded while it was looked at", () =>
    play(async (stage) => {
      const { world } = stage;
      const [first, second] = [stage.maker("first"), stage.maker("second", "a")];
      await world.until(first, "get a");
      await world.until(second, "commit Materialization a, StepSuccess a");
      await world.until(first, "kvGet");
      await world.finish(second);
      await world.finish(first);
      const events = await stage.shared.storage.getEventsForAsset("a", { types: ["Verification"] });
      expect(events).toEqual([]);
    }));
});

describe("a store that keeps no metadata", () => {
  it("has the first value of a killed run found and recorded", () =>
    play(async (stage) => {
      const { world } = stage;
      const killed = stage.maker("killed");
      await world.until(killed, "commit Materialization a, StepSuccess a");
      world.kill(killed, false);
      await world.finish(stage.resumer("next", killed));
      expect(world.history.records[0]?.metadata["adopted"]).toMatchObject({ value: true });
    }, new UnstorageStore(memoryDriver())));

  it("has recorded bytes not taken for those that another run has announced and never written", () =>
    play(
      async (stage) => {
        const { world } = stage;
        const killed = stage.maker("killed");
        await world.until(killed, "put a");
        world.kill(killed, false);
        await world.finish(stage.maker("other"));
        await world.finish(
          world.process("look", async (own, process) => {
            const { repository } = await open(own, process, stage.input);
            return repository.status({ verify: true });
          }),
        );
        expect(recordsOf(stage, "a")).toBe(1);
      },
      new UnstorageStore(memoryDriver()),
      true,
    ));
});

/** How many schedules of each kind: about five seconds. */
const schedules = 40;

describe.each(Object.entries(stores))("random schedules over %s", (_, store) => {
  it("violate no invariant", async () => {
    const make = async (): Promise<Shared> => ({ storage: Storage.memory(), store: store() as SharedStore });
    expect(await firstViolation(schedules, make)).toBeUndefined();
  });
});
