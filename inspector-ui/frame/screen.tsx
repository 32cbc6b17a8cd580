import { Problem } from "../parts/problem-note.tsx";
import { Asset } from "../screens/asset/asset.tsx";
import { Assets } from "../screens/assets.tsx";
import { Automation } from "../screens/automation/automation.tsx";
import { Overview } from "../screens/overview/overview.tsx";
import { Partitions } from "../screens/partitions/partitions.tsx";
import { Run } from "../screens/run/run.tsx";
import { Runs } from "../screens/runs/runs.tsx";
import { Storage } from "../screens/storage/storage.tsx";
import { Unknown } from "../screens/unknown.tsx";
import { useAfter, useApp } from "../state/context.ts";
import { patienceMs } from "./patience.ts";

/** The screen of the route, once there is a snapshot. */
export const Screen = () => {
  const { store, router } = useApp();
  const isWaiting = useAfter(store.snapshot.value === undefined && store.failure.value === undefined, patienceMs);
  if (store.snapshot.value === undefined) {
    if (store.failure.value !== undefined) {
      return (
        <div class="content alone">
          <section class="card">
            <Problem error={store.failure.value} onRetry={store.reconnect} />
          </section>
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
