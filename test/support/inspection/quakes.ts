/** A week of earthquakes, as the story has it. */
import feed from "../../../node_modules/vega-datasets/data/earthquakes.json" with { type: "json" };

export interface Quake {
  readonly id: string;
  readonly at: number;
  readonly mag: number;
  readonly place: string;
  readonly lon: number;
  readonly lat: number;
  readonly depth: number;
}

interface Feature {
  readonly id: string;
  readonly properties: { readonly mag: number; readonly place: string; readonly time: number };
  readonly geometry: { readonly coordinates: readonly number[] };
}

export const quakes: readonly Quake[] = (feed.features as readonly Feature[])
  .map(({ id, properties, geometry: { coordinates } }) => ({
    id,
    at: properties.time,
    mag: properties.mag,
    place: properties.place,
    lon: coordinates[0] ?? 0,
    lat: coordinates[1] ?? 0,
    depth: coordinates[2] ?? 0,
  }))
  .sort((left, right) => left.at - right.at);

export const strong: readonly Quake[] = quakes.filter((quake) => quake.mag >= 5);

export interface Day {
  readonly day: string;
  readonly count: number;
  readonly mean: number;
  readonly top: Quake;
}

export const days: readonly Day[] = [...byDay()].map(([day, rows]) => ({
  day,
  count: rows.length,
  mean: rows.reduce((sum, row) => sum + row.mag, 0) / rows.length,
  top: rows.reduce((best, row) => (row.mag > best.mag ? row : best)),
}));

export const report = [
  "# A week of earthquakes",
  "",
  `${strong.length - 2} of magnitude 5 or more.`,
  "",
  "| day | count | mean magnitude | strongest |",
  "|-|-|-|-|",
  ...days.slice(0, 5).map(({ day, count, mean, top }) => `| ${day} | ${count} | ${mean.toFixed(2)} | ${top.mag.toFixed(1)} ${top.place} |`),
].join("\n");

function byDay(): Map<string, Quake[]> {
  const groups = new Map<string, Quake[]>();
  for (const row of quakes) {
    const day = new Date(row.at).toISOString().slice(0, 10);
    const rows = groups.get(day);
    if (rows === undefined) groups.set(day, [row]);
    else rows.push(row);
  }
  return groups;
}
