import type { Route } from "./route.ts";

const names = { assets: "Assets", runs: "Runs", automation: "Automation", storage: "Storage" } as const;

/** The title of the page: the screen first, since tabs cut what is behind. */
export function titleOf(route: Route, repository = "edgewater"): string {
  switch (route.screen) {
    case "overview":
      return repository;
    case "asset":
      return `${route.name} · ${repository}`;
    case "partitions":
      return `${route.name}, partitions · ${repository}`;
    case "run":
      return `Run ${route.runId} · ${repository}`;
    case "unknown":
      return `Nothing here · ${repository}`;
    default:
      return `${names[route.screen]} · ${repository}`;
  }
}
