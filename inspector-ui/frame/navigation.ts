import type { NodeRow, Snapshot } from "../../src/inspector/inspection.ts";
import type { IconName } from "../parts/icon.tsx";
import { hrefOf, type Place, type Route } from "./route.ts";

export interface NavItem {
  readonly text: string;
  readonly icon: IconName;
  readonly place: Place;
  readonly href: string;
  /** The key after `g`. */
  readonly key: string;
  /** How many need something, and whether they have failed. */
  readonly count: number;
  readonly isBad: boolean;
  readonly countLabel: string;
}

/** The views of a repository, with what needs somebody in each. Partitions are those of the asset that lacks most. */
export function navigationOf(snapshot: Pick<Snapshot, "nodes" | "attention">): readonly NavItem[] {
  const partitioned = snapshot.nodes.filter((node) => node.counts !== undefined).sort((left, right) => toMake(right) - toMake(left))[0];
  const failedRuns = snapshot.attention.filter((row) => row.kind === "failed" || row.kind === "interrupted").length;
  const lacking = snapshot.nodes.reduce((sum, node) => sum + toMake(node), 0);
  const item = (text: string, icon: IconName, place: Place, key: string, count = 0, isBad = false, countLabel = ""): NavItem => ({
    text,
    icon,
    place,
    href: hrefOf(place),
    key,
    count,
    isBad,
    countLabel,
  });
  return [
    item("Overview", "graph", { screen: "overview" }, "o"),
    item("Assets", "table", { screen: "assets" }, "a"),
    ...(partitioned === undefined
      ? []
      : [item("Partitions", "grid", { screen: "partitions", name: partitioned.name }, "p", lacking, false, "to make")]),
    item("Runs", "runs", { screen: "runs" }, "r", failedRuns, true, "failed"),
    item("Automation", "bolt", { screen: "automation" }, "u"),
    item("Storage", "disk", { screen: "storage" }, "s"),
  ];
}

/** How many partitions of an asset are to be made. */
export const toMake = ({ counts }: NodeRow): number => (counts === undefined ? 0 : counts.failed + counts.missing + counts.stale);

export function isCurrent(item: NavItem, route: Route): boolean {
  switch (route.screen) {
    case "asset":
      return item.place.screen === "assets";
    case "run":
      return item.place.screen === "runs";
    default:
      return item.place.screen === route.screen;
  }
}
