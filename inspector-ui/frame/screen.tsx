import { useEffect } from "preact/hooks";
import { ProblemCard } from "../parts/problem-note.tsx";
import { Overview } from "../screens/overview/overview.tsx";
import { Unknown } from "../screens/unknown.tsx";
import { useAfter, useApp } from "../state/context.ts";
import { Asset, Assets, Automation, Partitions, preloadScreens, Run, Runs, Storage } from "./later-screens.tsx";
import { patienceMs } from "./patience.ts";

/** How long after the first screen the others are loaded, in milliseconds. */
const preloadMs = 500;

/** The screen of the route, once there is a snapshot. */
export const Screen = () => {
  const { store, router } = useApp();
  const isWaiting = useAfter(store.snapshot.value === undefined && store.failure.value === undefined, patienceMs);
  const isDrawn = store.snapshot.value !== undefined;
  useEffect(() => {
    if (!isDrawn) return;
    const timer = setTimeout(preloadScreens, preloadMs);
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
