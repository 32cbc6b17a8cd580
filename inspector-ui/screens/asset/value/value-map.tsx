import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Preview } from "../../../../src/inspector/inspection.ts";
import { Card } from "../../../parts/basics.tsx";
import { formatCount, formatNumber } from "../../../parts/format.ts";
import { useResource, useStore } from "../../../state/context.ts";
import { degreesOf, sizeColumn } from "./columns.ts";
import type { MapDrawing } from "./map-drawing.ts";
import { mapQuestion } from "./map-rows.ts";
import { pointsOf } from "./points.ts";
import type { ValueOf } from "./query.ts";
import { useWidth } from "./use-width.ts";
import type { Look } from "./value-table.tsx";

type Table = Extract<Preview, { readonly kind: "table" }>;
type Draw = typeof import("./map-drawing.ts").drawMap;

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
  const draw = useDraw();
  const { value } = useResource(mapQuestion(store.inspection, of, look.find));
  const points = useMemo(() => (value.value === undefined ? [] : pointsOf(value.value)), [value.value]);
  const drawing = useMemo(() => (draw === undefined || width === 0 ? undefined : draw(points, width)), [draw, points, width]);
  const degrees = degreesOf(preview.columns);
  const size = sizeColumn(preview.columns);
  const sizeName = size === undefined ? undefined : preview.columns[size]?.name;
  const names = degrees === undefined ? "" : `${preview.columns[degrees.lon]?.name} and ${preview.columns[degrees.lat]?.name} are degrees`;
  const total = look.find === "" ? preview.total : (value.value?.total ?? preview.total);
  return (
    <Card
      title="Map"
      sub={sizeName === undefined ? names : `${names}; size is ${sizeName}`}
      foot={
        <span>
          {points.length < total
            ? `The first ${formatNumber(points.length)} of ${formatCount(total, "row")}.`
            : `${formatCount(points.length, "row")}${drawing !== undefined && drawing.rings.length > 0 ? `; the ${drawing.rings.length} largest are ringed` : ""}.`}{" "}
          The map has the rows that are found above.
        </span>
      }
    >
      <div class="pad">
        <div ref={box} class="map-box" style={{ aspectRatio: "1 / 0.487" }}>
          {drawing !== undefined && (
            <MapSvg drawing={drawing} width={width} label={`${formatCount(points.length, "row")} of ${of.name} on a map`} />
          )}
        </div>
      </div>
    </Card>
  );
};

const MapSvg = ({ drawing, width, label }: { readonly drawing: MapDrawing; readonly width: number; readonly label: string }) => (
  <svg class="map" width={width} height={drawing.height} role="img" aria-label={label}>
    <path class="sea" d={drawing.sea} />
    <path class="land" d={drawing.land} />
    {drawing.points.map((points) => (
      <path key={points.width} class="pts" stroke-width={points.width} d={points.path} />
    ))}
    {drawing.rings.map((ring, index) => (
      <circle key={index} class="big" cx={ring.x} cy={ring.y} r={ring.r}>
        <title>{ring.label}</title>
      </circle>
    ))}
    {drawing.rings.slice(0, 1).map((ring) => (
      <text key="largest" x={ring.x + (ring.x > width / 2 ? -12 : 12)} y={ring.y - 2} text-anchor={ring.x > width / 2 ? "end" : "start"}>
        {ring.label}
      </text>
    ))}
  </svg>
);

/** What draws a map is loaded when the first one is looked at. */
function useDraw(): Draw | undefined {
  const draw = useSignal<{ readonly map: Draw } | undefined>(undefined);
  useEffect(() => {
    let isCurrent = true;
    void import("./map-drawing.ts").then(({ drawMap }) => {
      if (isCurrent) draw.value = { map: drawMap };
    });
    return () => {
      isCurrent = false;
    };
  }, [draw]);
  return draw.value?.map;
}
