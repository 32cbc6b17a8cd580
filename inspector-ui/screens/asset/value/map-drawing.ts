/** Land and points in the Equal Earth projection, so that areas are true. Loaded when a map is looked at. */
import { type GeoProjection, geoEqualEarth, geoPath } from "d3-geo";
import { feature } from "topojson-client";
import land from "world-atlas/land-110m.json" with { type: "json" };
import type { Steps } from "../../../state/slices.ts";

export interface Point {
  readonly lon: number;
  readonly lat: number;
  /** From 0 to 1. */
  readonly size: number;
  readonly label: string;
}

/** What is below the points. */
export interface MapGround {
  readonly height: number;
  readonly sea: string;
  readonly land: string;
}

export interface MapMarks {
  /** Points by size, the small ones first: one path each. */
  readonly points: readonly { readonly width: number; readonly path: string }[];
  /** The largest, drawn each as a ring. */
  readonly rings: readonly { readonly x: number; readonly y: number; readonly r: number; readonly label: string }[];
}

const classes = 5;
const maximumRings = 40;
/** After so many points the work can pause. */
const stride = 256;

const projectionOf = (width: number): GeoProjection => geoEqualEarth().fitWidth(width, { type: "Sphere" });

export function* drawGround(width: number): Steps<MapGround> {
  const path = geoPath(projectionOf(width)).digits(1);
  const height = Math.ceil(path.bounds({ type: "Sphere" })[1][1]);
  const sea = path({ type: "Sphere" }) ?? "";
  yield;
  const shape = feature(land as never, (land as never as { objects: { land: never } }).objects.land);
  yield;
  return { height, sea, land: path(shape) ?? "" };
}

export function* drawMarks(points: readonly Point[], width: number): Steps<MapMarks> {
  const projection = projectionOf(width);
  const scale = Math.max(0.6, Math.min(1.2, width / 720));
  const ringed = new Set(ringsOf(points));
  const lines: string[][] = Array.from({ length: classes }, () => []);
  for (const [index, point] of points.entries()) {
    if (index % stride === 0) yield;
    if (ringed.has(point)) continue;
    const place = projection([point.lon, point.lat]);
    if (place === null) continue;
    lines[Math.min(classes - 1, Math.floor(point.size * classes))]?.push(`M${place[0].toFixed(1)},${place[1].toFixed(1)}h0`);
  }
  return {
    points: lines.map((parts, index) => ({ width: (2.2 + index * 1.6) * scale, path: parts.join("") })).filter((each) => each.path !== ""),
    rings: [...ringed].flatMap((point) => {
      const place = projection([point.lon, point.lat]);
      return place === null ? [] : [{ x: place[0], y: place[1], r: (4 + point.size * 7) * scale, label: point.label }];
    }),
  };
}

/** The largest points, if sizes differ: at most 40, and not more than one in twenty. */
function ringsOf(points: readonly Point[]): readonly Point[] {
  const sorted = points.filter(({ size }) => size > 0).sort((left, right) => right.size - left.size);
  return sorted.slice(0, Math.min(maximumRings, Math.ceil(sorted.length / 20)));
}
