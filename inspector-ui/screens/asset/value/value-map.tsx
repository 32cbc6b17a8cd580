import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Preview } from "../../../../src/inspector/inspection.ts";
import { Card } from "../../../parts/basics.tsx";
import { formatCount, formatNumber } from "../../../parts/format.ts";
import { useResource, useSliced, useStore } from "../../../state/context.ts";
import { degreesOf, sizeColumn } from "./columns.ts";
import type { MapGround, MapMarks } from "./map-drawing.ts";
import { mapQuestion } from "./map-rows.ts";
import type { ValueOf } from "./query.ts";
import { useWidth } from "./use-width.ts";
import type { Look } from "./value-table.tsx";

type Table = Extract<Preview, { readonly kind: "table" }>;
type Drawing = typeof import("./map-drawing.ts");

interface ValueMapProps {
  readonly of: ValueOf;
  readonly look: Look;
  readonly preview: Table;
}

/** The rows of a table on a map, when two of its columns are degrees. */
export const ValueMap = ({ of, look, preview }: ValueMapProps) => {
  const store = useStore();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const drawing = useDrawing();
  const rows = useResource(mapQuestion(store.inspection, of, look.find)).value.value;
  const points = rows?.points ?? [];
  const ground = useSliced(() => (width === 0 ? undefined : drawing?.drawGround(width)), [drawing, width]);
  const marks = useSliced(() => (width === 0 ? undefined : rows && drawing?.drawMarks(rows.points, width)), [drawing, rows, width]);
  const degrees = degreesOf(preview.columns);
  const size = sizeColumn(preview.columns);
  const sizeName = size === undefined ? undefined : preview.columns[size]?.name;
  const names = degrees === undefined ? "" : `${preview.columns[degrees.lon]?.name} and ${preview.columns[degrees.lat]?.name} are degrees`;
  const total = look.find === "" ? preview.total : (rows?.total ?? preview.total);
  return (
    <Card
      title="Map"
      sub={sizeName === undefined ? names : `${names}; size is ${sizeName}`}
      foot={
        <span>
          {points.length < total
            ? `The first ${formatNumber(points.length)} of ${formatCount(total, "row")}.`
            : `${formatCount(points.length, "row")}${marks !== undefined && marks.rings.length > 0 ? `; the ${marks.rings.length} largest are ringed` : ""}.`}{" "}
          The map has the rows that are found above.
        </span>
      }
    >
      <div class="pad">
        <div ref={box} class="map-box" style={{ aspectRatio: "1 / 0.487" }}>
          {ground !== undefined && (
            <MapSvg ground={ground} marks={marks} width={width} label={`${formatCount(points.length, "row")} of ${of.name} on a map`} />
          )}
        </div>
      </div>
    </Card>
  );
};

interface MapSvgProps {
  readonly ground: MapGround;
  readonly marks: MapMarks | undefined;
  readonly width: number;
  readonly label: string;
}

const MapSvg = ({ ground, marks, width, label }: MapSvgProps) => (
  <svg class="map" width={width} height={ground.height} role="img" aria-label={label}>
    <path class="sea" d={ground.sea} />
    <path class="land" d={ground.land} />
    {marks?.points.map((points) => (
      <path key={points.width} class="pts" stroke-width={points.width} d={points.path} />
    ))}
    {marks?.rings.map((ring, index) => (
      <circle key={index} class="big" cx={ring.x} cy={ring.y} r={ring.r}>
        <title>{ring.label}</title>
      </circle>
    ))}
    {marks?.rings.slice(0, 1).map((ring) => (
      <text key="largest" x={ring.x + (ring.x > width / 2 ? -12 : 12)} y={ring.y - 2} text-anchor={ring.x > width / 2 ? "end" : "start"}>
        {ring.label}
      </text>
    ))}
  </svg>
);

/** What draws a map is loaded when the first one is looked at. */
function useDrawing(): Drawing | undefined {
  const drawing = useSignal<Drawing | undefined>(undefined);
  useEffect(() => {
    let isCurrent = true;
    void import("./map-drawing.ts").then((loaded) => {
      if (isCurrent) drawing.value = loaded;
    });
    return () => {
      isCurrent = false;
    };
  }, [drawing]);
  return drawing.value;
}
