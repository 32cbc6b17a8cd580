import { useMemo, useRef } from "preact/hooks";
import type { Shown } from "../../../../src/inspector/show.ts";
import { barsOf, round } from "../../../parts/charts/bars.ts";
import { formatValue } from "../../../parts/format.ts";
import { commonStart, seriesOf } from "./series.ts";
import { useWidth } from "./use-width.ts";

const height = 230;
/** More bars than this are too narrow for their numbers. */
const maximumLabels = 24;

/** The numbers of a map by their keys. */
export const ValueChart = ({ root }: { readonly root: Shown }) => {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const series = useMemo(() => seriesOf(root), [root]);
  const entries = series?.entries ?? [];
  const { bars, ticks, base } = barsOf(entries, { width: Math.max(120, width), height, left: 44 });
  const common = commonStart(entries.map(([name]) => name));
  const each = Math.ceil(bars.length / Math.max(1, Math.floor(width / 52)));
  const label = entries.slice(0, maximumLabels).map(([name, value]) => `${name}: ${formatValue(value)}`);
  const more = entries.length > maximumLabels ? `, and ${entries.length - maximumLabels} more` : "";
  return (
    <div class="pad">
      <div ref={box} class="chart-box">
        {width > 0 && (
          <svg class="chart" width={width} height={height} role="img" aria-label={label.join(", ") + more}>
            {ticks.map(({ value, y }) => (
              <g key={value}>
                <path class="ax" d={`M44 ${round(y)}H${width}`} />
                <text x={36} y={round(y) + 4} text-anchor="end">
                  {formatValue(value)}
                </text>
              </g>
            ))}
            {bars.map((bar, index) => (
              <g key={bar.label}>
                <rect
                  class="bars"
                  x={round(bar.x)}
                  y={round(bar.y)}
                  width={round(bar.width)}
                  height={round(bar.height)}
                  rx={bar.width > 6 ? 2 : 0}
                >
                  <title>{`${bar.label}: ${formatValue(bar.value)}`}</title>
                </rect>
                {bars.length <= maximumLabels && bar.width >= 24 && (
                  <text class="v" x={round(bar.middle)} y={round(bar.value < 0 ? bar.y + bar.height + 12 : bar.y - 5)} text-anchor="middle">
                    {formatValue(bar.value)}
                  </text>
                )}
                {index % each === 0 && (
                  <text x={round(bar.middle)} y={height - 6} text-anchor="middle">
                    {bar.label.slice(common)}
                  </text>
                )}
              </g>
            ))}
            <path class="ax" d={`M44 ${round(base)}H${width}`} />
          </svg>
        )}
      </div>
    </div>
  );
};
