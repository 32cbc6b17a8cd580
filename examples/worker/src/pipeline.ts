/** Readings of a thermometer, and what is made of them. This file is the same in every example: it knows no runtime and no store. */
import { asset } from "edgewater";

const readings = asset({ name: "readings" }, () => [
  { at: new Date("2026-01-01T06:00Z"), degrees: -3.5 },
  { at: new Date("2026-01-01T12:00Z"), degrees: 4 },
  { at: new Date("2026-01-02T06:00Z"), degrees: -1 },
  { at: new Date("2026-01-02T12:00Z"), degrees: 6.5 },
]);

const byDay = asset({ name: "byDay", inputs: { readings } }, ({ readings }) =>
  Map.groupBy(readings, ({ at }) => at.toISOString().slice(0, 10)),
);

const warmest = asset({ name: "warmest", inputs: { byDay } }, ({ byDay }) =>
  [...byDay].map(([day, rows]) => ({ day, degrees: Math.max(...rows.map(({ degrees }) => degrees)) })),
);

export const assets = [readings, byDay, warmest];
