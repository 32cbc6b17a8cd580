import type { Route } from "./route.ts";

/** What tells one screen from another: its query does not. */
export function keyOf(route: Route): string {
  switch (route.screen) {
    case "asset":
    case "partitions":
      return `${route.screen} ${route.name}`;
    case "run":
      return `run ${route.runId}`;
    case "unknown":
      return `unknown ${route.path}`;
    default:
      return route.screen;
  }
}
