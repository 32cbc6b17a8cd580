import type { QuotaRecord } from "../../../src/storage/events.ts";
import { formatBytes } from "../../parts/format.ts";

/** How full the storage of a browser was when a write was refused. Without numbers of the browser there is nothing to draw. */
export const QuotaBar = ({ quota: { needed, free, total } }: { readonly quota: QuotaRecord }) => {
  if (free === undefined || total === undefined) return null;
  const text = `${formatBytes(total - free)} of ${formatBytes(total)} used, ${formatBytes(needed)} needed`;
  return (
    <div class="stack tight">
      <div class="quota" role="img" aria-label={text}>
        <i class="used" style={{ flexGrow: total - free }} />
        {free > 0 && <i style={{ flexGrow: free }} />}
      </div>
      <span class="sm faint">{text}</span>
    </div>
  );
};
