/**
 * What a team that watches earthquakes would add to the pipeline: every hour as a partition, rates, depths, a map, alerts and a
 * digest. The alerts fail as long as their function does not handle earthquakes far from any town.
 */

import type { GeoPermissibleObjects } from "d3-geo";
import { asset, condition, externalAsset, hourlyPartitions, input, MetadataValue, Observation, PartitionMapping } from "edgewater";
import * as v from "valibot";
import { daily, feed, type Quake, quakes, report, strong, tasks } from "./pipeline.ts";
import { Published } from "./published.ts";

export { tasks };

/** The eight days of the feed. */
export const hours = hourlyPartitions({ start: "2018-01-31", end: "2018-02-08" });

/** The earthquakes of each hour. One call makes many hours, so that the week is loaded once. */
export const hourly = asset(
  { name: "hourly", inputs: { quakes: input(quakes) }, partitions: { definition: hours, batch: true }, group: "rates" },
  ({ quakes }, { partition }) => {
    const rows = new Map((partition?.keys ?? []).map((key): [string, Quake[]] => [String(key), []]));
    for (const quake of quakes) rows.get(`${quake.at.toISOString().slice(0, 13)}:00`)?.push(quake);
    return rows;
  },
);

/** How many earthquakes there are in each hour of the day, over all days. */
export const rates = asset(
  {
    name: "rates",
    inputs: { hourly: input(hourly, { partitionMapping: PartitionMapping.all(), missing: "skip" }) },
    group: "rates",
    automationCondition: condition.eager(),
  },
  async ({ hourly }, context) => {
    const counts = Array.from({ length: 24 }, (_, hour) => ({ hour, count: 0 }));
    for await (const [key, rows] of hourly) {
      const entry = counts[Number(String(key).slice(11, 13))];
      if (entry !== undefined) entry.count += rows.length;
    }
    const busiest = counts.reduce((best, each) => (each.count > best.count ? each : best));
    context.addOutputMetadata({ busiest_hour: busiest.hour, rows: counts.length });
    return counts;
  },
);

/** How many earthquakes are shallow, intermediate and deep. */
export const depths = asset({ name: "depths", inputs: { quakes } }, ({ quakes }, context) => {
  const bands = new Map([
    ["shallow", 0],
    ["intermediate", 0],
    ["deep", 0],
  ]);
  for (const { depthKm } of quakes) {
    const band = depthKm < 70 ? "shallow" : depthKm < 300 ? "intermediate" : "deep";
    bands.set(band, (bands.get(band) ?? 0) + 1);
  }
  context.addOutputMetadata({ shallow: MetadataValue.percentage((bands.get("shallow") ?? 0) / quakes.length) });
  return bands;
});

type Topology = Parameters<typeof import("./geography.ts").feature>[0];

/** What draws maps. It is loaded when a map is drawn. */
const geography = () => import("./geography.ts");

const atlas = new Published<Topology>(async () => (await import("./land-outline.ts")).default as unknown as Topology);

/** The land of the earth, by Natural Earth. */
export const land = externalAsset<Topology>({ name: "land", ioHandler: atlas, kinds: ["topojson"] }, async () => {
  const { arcs } = await atlas.loadInput();
  return Observation({ dataVersion: "world-atlas@2.0.2", metadata: { arcs: arcs.length } });
});

/** The strong earthquakes on a map of the world, as SVG. */
export const map = asset({ name: "map", inputs: { strong, land }, kinds: ["svg"] }, async ({ strong, land }, context) => {
  const { feature, geoEqualEarth, geoGraticule10, geoPath } = await geography();
  const projection = geoEqualEarth().fitWidth(480, { type: "Sphere" });
  const draw = geoPath(projection).digits(1);
  const shape = (name: string, what: GeoPermissibleObjects): string => `<path class="${name}" d="${draw(what)}"/>`;
  const marks = strong.map(({ longitude, latitude, magnitude }) => {
    const [x = 0, y = 0] = projection([longitude, latitude]) ?? [];
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${((magnitude - 4) * 3).toFixed(1)}"/>`;
  });
  const style = ".sea{fill:#e8eeee}.land{fill:#c9d4d4}.grid{fill:none;stroke:#dbe4e4}circle{fill:#c8501c55;stroke:#c8501c}";
  const shapes = [shape("sea", { type: "Sphere" }), shape("grid", geoGraticule10()), shape("land", feature(land, "land")), ...marks];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 234"><style>${style}</style>${shapes.join("")}</svg>`;
  context.addOutputMetadata({ marks: marks.length });
  return svg;
});

const alert = v.object({ id: v.string(), magnitude: v.number(), town: v.string(), distanceKm: v.number() });

/** Who is to be told of a strong earthquake: the nearest town, as the place names it. */
export const alerts = asset({ name: "alerts", inputs: { strong }, typeHint: v.array(alert), group: "alerts" }, ({ strong }, context) => {
  const rows = strong.map(({ id, magnitude, place }) => {
    const [, distance, town] = /^(\d+)km \w+ of (.+)$/.exec(place) ?? [];
    return { id, magnitude, town: town ?? null, distanceKm: distance === undefined ? null : Number(distance) };
  });
  context.log.info(`${rows.length} earthquakes to tell of`);
  context.addOutputMetadata({ rows: rows.length });
  return rows as v.InferOutput<typeof alert>[];
});

/** The report of the week with the alerts below it. */
export const digest = asset(
  { name: "digest", inputs: { report, alerts }, group: "alerts", automationCondition: condition.eager() },
  ({ report, alerts }) =>
    [report, "", "## Alerts", "", ...alerts.map(({ magnitude, town, distanceKm }) => `- ${magnitude}, ${distanceKm} km from ${town}`)].join(
      "\n",
    ),
);

export const assets = [feed, quakes, strong, daily, report, hourly, rates, depths, land, map, alerts, digest];
