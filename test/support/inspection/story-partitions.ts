/** The 192 hours of `hourly`: two have failed, three are being made, six are missing. */
import type { InspectedStatus, PartitionRow, PartitionsView } from "../../../src/inspector/inspection.ts";
import { quakes } from "./quakes.ts";
import { hour, minute, now } from "./story-snapshot.ts";

const first = Date.UTC(2018, 0, 31);
const total = 192;
const rows = new Array<number>(total).fill(0);
for (const { at } of quakes) {
  const index = Math.floor((at - first) / hour);
  if (index >= 0 && index < total) rows[index] = (rows[index] ?? 0) + 1;
}

const statuses: readonly (readonly [InspectedStatus, number])[] = [
  ["UpToDate", 162],
  ["Failed", 2],
  ["Running", 3],
  ["UpToDate", 19],
  ["Missing", 6],
];
const all: readonly InspectedStatus[] = statuses.flatMap(([status, count]) => new Array<InspectedStatus>(count).fill(status));
const isKnown = (index: number): boolean => all[index] === "UpToDate" || all[index] === "Running";

function measured(measure: string): readonly (number | null)[] {
  return all.map((_, index) => {
    if (!isKnown(index)) return null;
    if (measure === "rows") return rows[index] ?? 0;
    return measure === "seconds" ? 0.1 + ((index * 7) % 11) / 40 : (index % 24) * 4 * minute;
  });
}

export const partitionsOf = (measure: string | undefined): PartitionsView => ({
  shape: { kind: "time", starts: all.map((_, index) => first + index * hour), stepMs: hour, timeZone: "UTC" },
  total,
  counts: { total, ok: 181, failed: 2, missing: 6, stale: 0, running: 3, unrecorded: 0 },
  statuses,
  measures: ["status", "age", "seconds", "rows"],
  ...(measure !== undefined && measure !== "status" && { measure: { name: measure, values: measured(measure) } }),
  removed: 0,
});

const versions = ["a83f1c20", "0c77e9d1", "5be2f043", "f1209a6d", "3d84b7c5"];

export const partitionRow = (position: number): PartitionRow => {
  const status = all[position] ?? "Missing";
  return {
    position,
    key: new Date(first + position * hour).toISOString().slice(0, 13),
    status,
    metadata: {},
    ...(isKnown(position) && {
      latest: {
        eventId: position + 1,
        at: now - (position % 24) * 4 * minute,
        runId: "7c1e",
        dataVersion: versions[position % versions.length] ?? "",
        size: { name: "rows", value: rows[position] ?? 0 },
      },
    }),
    ...(status === "Failed" && {
      failure: { code: "QuotaExceeded", name: "EdgewaterError", message: "no room for 3,112 bytes", causes: [], frames: [] },
    }),
    ...(status === "Running" && { madeBy: "7c1e" }),
  };
};
