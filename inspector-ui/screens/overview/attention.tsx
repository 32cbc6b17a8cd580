import type { AttentionRow } from "../../../src/inspector/inspection.ts";
import { hrefOf } from "../../frame/route.ts";
import { Card } from "../../parts/basics.tsx";
import { formatNumber } from "../../parts/format.ts";
import { Glyph } from "../../parts/glyph.tsx";
import { Icon } from "../../parts/icon.tsx";
import type { Form } from "../../parts/status.ts";

const forms: Readonly<Record<AttentionRow["kind"], Form>> = {
  failed: "fail",
  partial: "part",
  stale: "stale",
  unrecorded: "loose",
  interrupted: "stale",
};
const maximumRows = 8;

/** Where the reason is: the run of a failure, the partitions that lack, the asset itself. */
function placeOf({ kind, asset, runId }: AttentionRow): string {
  if ((kind === "failed" || kind === "interrupted" || asset === undefined) && runId !== undefined) return hrefOf({ screen: "run", runId });
  if (asset === undefined) return hrefOf({ screen: "runs" });
  return hrefOf({ screen: kind === "partial" ? "partitions" : "asset", name: asset });
}

/** What needs somebody, the worst first. */
export const Attention = ({ rows }: { readonly rows: readonly AttentionRow[] }) => (
  <Card title="Needs attention" sub={rows.length > 0 ? formatNumber(rows.length) : undefined}>
    {rows.length === 0 ? (
      <p class="pad dim">Nothing failed, and nothing is stale.</p>
    ) : (
      <div class="list">
        {rows.slice(0, maximumRows).map((row) => (
          <a key={`${row.kind} ${row.asset ?? ""} ${row.runId ?? ""}`} class="hit" href={placeOf(row)}>
            <Glyph form={forms[row.kind]} />
            <span class="two">
              <span class="clip">
                <b>{row.asset ?? `Run ${row.runId ?? ""}`}</b> {row.what}
              </span>
              <span class="sm dim clip" title={row.why}>
                {row.why}
              </span>
            </span>
            <Icon name="chev" />
          </a>
        ))}
        {rows.length > maximumRows && (
          <a class="hit link sm" href={hrefOf({ screen: "assets", query: { status: "attention" } })}>
            {formatNumber(rows.length - maximumRows)} more
          </a>
        )}
      </div>
    )}
  </Card>
);
