/**
 * One week of earthquakes, from the feed of the US Geological Survey to a report. Node, Deno, Bun, a Worker and a browser
 * run this file unchanged: it declares what is made from what, and nothing about where it is stored.
 */
import { asset, externalAsset, MetadataValue, Observation, task } from "edgewater";
import { Published } from "./published.ts";

interface Feed {
  readonly metadata: { readonly generated: number; readonly url: string; readonly count: number };
  readonly features: readonly Feature[];
}

interface Feature {
  readonly id: string;
  readonly properties: { readonly mag: number | null; readonly place: string | null; readonly time: number; readonly url: string };
  readonly geometry: { readonly coordinates: readonly number[] };
}

export interface Quake {
  readonly id: string;
  readonly at: Date;
  readonly place: string;
  readonly magnitude: number;
  readonly depthKm: number;
  readonly longitude: number;
  readonly latitude: number;
  readonly source: URL;
}

export interface Day {
  readonly count: number;
  readonly strongest: Quake;
  readonly meanMagnitude: number;
}

const published = new Published<Feed>(async () => (await import("./feed.ts")).default as Feed);

/** The feed as it was published: GeoJSON, with gaps. Its version is the time at which it was generated. */
export const feed = externalAsset<Feed>({ name: "feed", ioHandler: published, kinds: ["geojson"] }, async () => {
  const { generated, url, count } = (await published.loadInput()).metadata;
  const metadata = { generated: new Date(generated), rows: count, source: MetadataValue.url(url) };
  return Observation({ dataVersion: new Date(generated).toISOString(), metadata });
});

const features = task({ name: "features", inputs: { feed } }, ({ feed }) => feed.features);

/** Every earthquake with a magnitude and a place, ordered by time. */
export const quakes = asset({ name: "quakes", inputs: { features } }, ({ features }, context) => {
  const rows = features.flatMap(toQuake).sort((left, right) => left.at.getTime() - right.at.getTime() || (left.id < right.id ? -1 : 1));
  context.addOutputMetadata({ rows: rows.length, dropped: features.length - rows.length });
  return rows;
});

/** The earthquakes of magnitude 5 or more. */
export const strong = asset({ name: "strong", inputs: { quakes } }, ({ quakes }, context) => {
  const rows = quakes.filter(({ magnitude }) => magnitude >= 5);
  context.addOutputMetadata({ rows: rows.length });
  return rows;
});

/** A summary of each day, by its UTC date. */
export const daily = asset({ name: "daily", inputs: { quakes } }, ({ quakes }) => {
  const days = new Map<string, Quake[]>();
  for (const quake of quakes) {
    const date = quake.at.toISOString().slice(0, 10);
    days.set(date, [...(days.get(date) ?? []), quake]);
  }
  return new Map([...days].map(([date, rows]): [string, Day] => [date, summarise(rows)]));
});

/** The week as Markdown, which is also added to the metadata. */
export const report = asset({ name: "report", inputs: { strong, daily } }, ({ strong, daily }, context) => {
  const days = [...daily].map(
    ([date, day]) => `| ${date} | ${day.count} | ${day.meanMagnitude.toFixed(2)} | ${day.strongest.magnitude} ${day.strongest.place} |`,
  );
  const markdown = [
    "# A week of earthquakes",
    "",
    `${strong.length} of magnitude 5 or more.`,
    "",
    "| day | count | mean magnitude | strongest |",
    "|-|-|-|-|",
    ...days,
  ].join("\n");
  context.addOutputMetadata({ report: MetadataValue.md(markdown) });
  return markdown;
});

export const tasks = [features];
export const assets = [feed, quakes, strong, daily, report];

function toQuake({ id, properties, geometry }: Feature): Quake[] {
  const { mag, place, time, url } = properties;
  const [longitude, latitude, depthKm] = geometry.coordinates;
  if (mag === null || place === null || longitude === undefined || latitude === undefined || depthKm === undefined) return [];
  return [{ id, at: new Date(time), place, magnitude: mag, depthKm, longitude, latitude, source: new URL(url) }];
}

function summarise(rows: readonly Quake[]): Day {
  const strongest = rows.reduce((best, row) => (row.magnitude > best.magnitude ? row : best));
  const meanMagnitude = Math.round((rows.reduce((sum, { magnitude }) => sum + magnitude, 0) / rows.length) * 1000) / 1000;
  return { count: rows.length, strongest, meanMagnitude };
}
