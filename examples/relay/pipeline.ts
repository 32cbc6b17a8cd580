/**
 * The pipeline of the relay: five assets in a chain, which a browser, a Worker, Deno, Bun and Node import unchanged. Its values have
 * what JSON lacks: dates, URLs, maps, sets, typed arrays, and objects that are in two places at once.
 */
import { type Asset, asset, type BaseIOHandler, MemoryStore, MetadataValue, Repository, SuperJsonIOHandler } from "edgewater";

interface Quake {
  readonly id: string;
  readonly at: Date;
  readonly place: string;
  readonly magnitude: number;
  readonly source: URL;
}

interface Feed {
  readonly metadata: { readonly url: string };
  readonly features: readonly {
    readonly id: string;
    readonly properties: { readonly mag: number | null; readonly place: string | null; readonly time: number; readonly url: string };
  }[];
}

/** Names of the assets, in the order of the chain. */
export const chain = ["quakes", "strong", "daily", "report", "archive"] as const;

/**
 * The assets.
 *
 * @param onCall called when the function of an asset is called
 */
export function assetsOf(ioHandler: BaseIOHandler, onCall: (name: string) => void = () => {}): readonly Asset[] {
  const options = { ioHandler, codeVersion: "1" };

  /** Every earthquake of the week with a magnitude and a place, ordered by time. */
  const quakes = asset({ name: "quakes", ...options }, async (_, context) => {
    onCall("quakes");
    const { metadata, features } = (await import("../earthquakes/feed.ts")).default as Feed;
    const rows = features.flatMap(({ id, properties: { mag, place, time, url } }): Quake[] =>
      mag === null || place === null ? [] : [{ id, at: new Date(time), place, magnitude: mag, source: new URL(url) }],
    );
    context.addOutputMetadata({ rows: rows.length, source: MetadataValue.url(metadata.url) });
    return rows.sort((left, right) => left.at.getTime() - right.at.getTime() || (left.id < right.id ? -1 : 1));
  });

  /** The earthquakes of magnitude 5 or more. */
  const strong = asset({ name: "strong", inputs: { quakes }, ...options }, ({ quakes }) => {
    onCall("strong");
    return new Set(quakes.filter(({ magnitude }) => magnitude >= 5));
  });

  /** The strong earthquakes by their UTC date. */
  const daily = asset({ name: "daily", inputs: { strong }, ...options }, ({ strong }) => {
    onCall("daily");
    return Map.groupBy(strong, ({ at }) => at.toISOString().slice(0, 10));
  });

  /** The week in Markdown. */
  const report = asset({ name: "report", inputs: { daily }, ...options }, ({ daily }) => {
    onCall("report");
    const lines = [...daily].map(([date, rows]) => `- ${date}: ${rows.map(({ magnitude, place }) => `${magnitude} ${place}`).join("; ")}`);
    return ["# Strong earthquakes of the week", "", ...lines].join("\n");
  });

  /** What is kept of the week. The strongest earthquake is in it twice, and is one object again wherever it is loaded. */
  const archive = asset({ name: "archive", inputs: { daily, report }, ...options }, ({ daily, report }) => {
    onCall("archive");
    const rows = [...daily.values()].flat();
    const strongest = rows.reduce((best, row) => (row.magnitude > best.magnitude ? row : best));
    return { report, daily, strongest, magnitudes: Float64Array.from(rows, ({ magnitude }) => magnitude) };
  });

  return [quakes, strong, daily, report, archive];
}

/** The data version of every asset when one runtime makes them all, in memory. */
export async function versionsHere(): Promise<Readonly<Record<string, string>>> {
  const assets = assetsOf(new SuperJsonIOHandler({ store: new MemoryStore() }));
  await using repository = await Repository.open({ assets });
  const { events } = await repository.materialize();
  return Object.fromEntries(events.map(({ assetKey, dataVersion }) => [assetKey, dataVersion]));
}
