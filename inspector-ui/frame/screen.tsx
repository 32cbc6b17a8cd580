import { useEffect } from "preact/hooks";
import { ProblemCard } from "../parts/problem-note.tsx";
import { Asset } from "../screens/asset/asset.tsx";
import { Overview } from "../screens/overview/overview.tsx";
import { Unknown } from "../screens/unknown.tsx";
import { useAfter, useApp } from "../state/context.ts";
import { later } from "./later.tsx";
import { patienceMs } from "./patience.ts";

// The overview and an asset are the first screens; the others are loaded when they are opened, or when the page has nothing else to do.
const Assets = later(() => import("../screens/assets.tsx").then((module) => module.Assets));
const Automation = later(() => import("../screens/automation/automation.tsx").then((module) => module.Automation));
const Partitions = later(() => import("../screens/partitions/partitions.tsx").then((module) => module.Partitions));
const Run = later(() => import("../screens/run/run.tsx").then((module) => module.Run));
const Runs = later(() => import("../screens/runs/runs.tsx").then((module) => module.Runs));
const Storage = later(() => import("../screens/storage/storage.tsx").then((module) => module.Storage));

/** How long after the first screen the others are loaded, in milliseconds. */
const preloadMs = 500;

/** The screen of the route, once there is a snapshot. */
export const Screen = () => {
  const { store, router } = useApp();
  const isWaiting = useAfter(store.snapshot.value === undefined && store.failure.value === undefined, patienceMs);
  const isDrawn = store.snapshot.value !== undefined;
  useEffect(() => {
    if (!isDrawn) return;
    const timer = setTimeout(() => {
      for (const screen of [Assets, Automation, Partitions, Run, Runs, Storage]) screen.preload();
    }, preloadMs);
    return () => clearTimeout(timer);
  }, [isDrawn]);
  if (store.snapshot.value === undefined) {
    if (store.failure.value !== undefined) {
      return (
        <div class="content alone">
          <ProblemCard error={store.failure.value} onRetry={store.reconnect} />
        </div>
      );
    }
    return isWaiting ? <p class="waiting">Loading…</p> : null;
  }
  const route = router.route.value;
  switch (route.screen) {
    case "overview":
      return <Overview />;
    case "assets":
      return <Assets />;
    case "asset":
      return <Asset key={route.name} name={route.name} query={route.query} />;
    case "partitions":
      return <Partitions key={route.name} name={route.name} query={route.query} />;
    case "runs":
      return <Runs query={route.query} />;
    case "run":
      return <Run key={route.runId} runId={route.runId} query={route.query} />;
    case "automation":
      return <Automation />;
    case "storage":
      return <Storage query={route.query} />;
    case "unknown":
      return <Unknown path={route.path} />;
  }
};
