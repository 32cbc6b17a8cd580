/**
 * The inspector over what tests and shots look at: `?over=story` (or nothing) is one moment of a repository, `fake` has 10,000 nodes
 * (or `nodes`) and 100,000 partitions, `living` is a real repository in memory, whose handles are `window.living`. `delay` is how many milliseconds
 * later every answer comes.
 */
import type { Inspection } from "../src/inspector/inspection.ts";
import { mount } from "./mount.tsx";

const query = new URLSearchParams(location.search);

async function inspectionOf(over: string | null): Promise<Inspection> {
  if (over === "fake") {
    const { fakeInspection } = await import("../test/support/inspection/fake.ts");
    return fakeInspection({ nodes: Number(query.get("nodes") ?? 10_000), eventsPerSecond: Number(query.get("events") ?? 0) });
  }
  if (over === "living") {
    const { living } = await import("../test/support/inspection/living.ts");
    const opened = await living();
    Object.assign(window, { living: opened });
    return opened.inspection;
  }
  const { story } = await import("../test/support/inspection/story.ts");
  return story({ state: query.get("state") ?? "", live: Number(query.get("live") ?? 0) });
}

/** An inspection whose answers come later. Its events are as they are. */
function delayed(inspection: Inspection, ms: number): Inspection {
  if (ms === 0) return inspection;
  const late =
    (call: (...args: unknown[]) => unknown) =>
    async (...args: unknown[]): Promise<unknown> => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return call.apply(inspection, args);
    };
  const calls = Object.entries(inspection).map(([name, call]) => [name, name === "events" ? call : late(call)]);
  return Object.fromEntries(calls) as Inspection;
}

/** A module that waited at its top would keep those from running that it loads meanwhile and that import from it. */
async function start(): Promise<void> {
  const element = document.querySelector<HTMLElement>("#inspector");
  const inspection = await inspectionOf(query.get("over"));
  if (element !== null) mount(element, delayed(inspection, Number(query.get("delay") ?? 0)), { isPage: true });
}

void start();
