import type { VersionRow } from "../../../src/inspector/inspection.ts";
import type { Query } from "../../frame/route.ts";

/** The two versions that are compared, by their events. */
export interface Compared {
  readonly from: VersionRow;
  readonly to: VersionRow;
}

/** The versions of the query; else the newest and the newest before it that holds something else. */
export function comparedOf(versions: readonly VersionRow[], query: Query): Compared | undefined {
  const find = (id: string | undefined): VersionRow | undefined => versions.find(({ eventId }) => String(eventId) === id);
  const to = find(query["to"]) ?? versions[0];
  if (to === undefined) return undefined;
  const from = find(query["from"]) ?? versionBefore(versions, to);
  return from === undefined || from === to ? undefined : { from, to };
}

/** The version before of the same partition, rather one with other bytes. */
function versionBefore(versions: readonly VersionRow[], to: VersionRow): VersionRow | undefined {
  const older = versions.slice(versions.indexOf(to) + 1).filter(({ partition }) => partition === to.partition);
  return older.find(({ dataVersion }) => dataVersion !== to.dataVersion) ?? older[0];
}

/** The query after a press on A or B of a version. */
export function withCompared(query: Query, side: "from" | "to", version: VersionRow, now: Compared | undefined): Query {
  const from = side === "from" ? version : now?.from;
  const to = side === "to" ? version : now?.to;
  return {
    ...query,
    ...(from !== undefined && { from: String(from.eventId) }),
    ...(to !== undefined && { to: String(to.eventId) }),
  };
}
