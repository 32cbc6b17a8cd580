import { deferred } from "../later-engines.ts";
import { eventually, hear, holds, type InspectionCase, inspectionCase, same } from "./check.ts";

const gate = (): { readonly promise: Promise<void>; readonly open: () => void } => {
  const { promise, resolve } = deferred<void>();
  return { promise, open: resolve };
};

/** What an inspection tells while something happens. */
export const liveCases: readonly InspectionCase[] = [
  inspectionCase(
    "tells each event after the cursor once and in order, and the nodes and runs that have changed",
    async ({ open, repository }) => {
      const inspection = await open();
      const { cursor, nodes } = await inspection.snapshot();
      const table = nodes.findIndex(({ name }) => name === "table");
      const isEnded = (events: readonly { readonly type: string }[]): boolean => events.some(({ type }) => type === "RunEnd");
      const hearing = hear(inspection, cursor, (heard) => {
        const batches = heard.flatMap((told) => ("events" in told ? [told] : []));
        const row = batches.flatMap((batch) => batch.nodes).findLast(([position]) => position === table)?.[1];
        return isEnded(batches.flatMap(({ events }) => events)) && row?.status === "UpToDate";
      });
      const { runId } = await repository.materialize({ selection: ["table"] });
      const batches = await hearing;
      const events = batches.flatMap((batch) => batch.events);
      same(
        events.map(({ type }) => type),
        ["RunStart", "StepStart", "Materialization", "StepSuccess", "RunEnd"],
        "the events",
      );
      same(
        events.map(({ id }) => id),
        events.map(({ id }) => id).toSorted((left, right) => left - right),
        "the order of the events",
      );
      same(batches.flatMap(({ runs }) => runs).at(-1)?.status, "Success", "the run");
      holds(
        batches.every((batch) => batch.events.length <= 500),
        "batches are small",
      );
      // From the first event on, everything is told again, and nothing twice.
      const again = await hear(inspection, 0, (heard) => isEnded(heard.flatMap((told) => ("events" in told ? told.events : []))));
      same(
        again.flatMap((batch) => batch.events.map(({ id }) => id)),
        events.map(({ id }) => id),
        "the events from the first one on",
      );
      same(events[0]?.runId, runId, "the run of the events");
    },
  ),
  inspectionCase(
    "tells lines of the log and the progress of steps as they come, and shows what is running",
    async ({ open, repository, control }) => {
      const { promise, open: release } = gate();
      control.gate = promise;
      const inspection = await open();
      const { cursor } = await inspection.snapshot();
      let running: Promise<unknown> | undefined;
      const hearing = hear(inspection, cursor, (heard) => {
        // What is not recorded is told from the moment on at which the connection is live.
        if (heard.some((told) => "state" in told && told.state === "live")) running ??= repository.materialize({ selection: ["slow"] });
        const live = heard.flatMap((told) => ("events" in told ? told.live : []));
        return live.some(({ type }) => type === "log") && live.some(({ type }) => type === "progress");
      });
      const live = (await hearing).flatMap((batch) => batch.live);
      same(
        live.find(({ type }) => type === "progress"),
        { type: "progress", runId: live[0]?.runId, step: "slow", done: 1, total: 4 },
        "the progress",
      );
      await eventually("the asset is shown as running", async () => {
        const { nodes } = await inspection.snapshot();
        return nodes.find(({ name, status }) => name === "slow" && status === "Running");
      });
      release();
      await running;
      await eventually("the asset is up to date", async () => {
        const { nodes } = await inspection.snapshot();
        return nodes.find(({ name, status }) => name === "slow" && status === "UpToDate");
      });
    },
  ),
  inspectionCase("serves several listeners, and ends each when its signal is aborted", async ({ open, repository }) => {
    const inspection = await open();
    const isMade = (heard: readonly object[]): boolean =>
      heard.some((told) => "events" in told && (told.events as readonly { type: string }[]).some(({ type }) => type === "RunEnd"));
    const hearing = Promise.all([hear(inspection, 0, isMade), hear(inspection, 0, isMade)]);
    await repository.materialize({ selection: ["table"] });
    const [one, other] = await hearing;
    same(
      one.flatMap(({ events }) => events),
      other.flatMap(({ events }) => events),
      "what two listeners hear",
    );
    const abort = new AbortController();
    abort.abort();
    for await (const _ of inspection.events(0, abort.signal)) holds(false, "nothing is told after an abort");
  }),
];
