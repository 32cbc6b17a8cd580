import type { AssetView, LinkRow, StoredView } from "../../../src/inspector/inspection.ts";
import { hrefOf } from "../../frame/route.ts";
import { Card, Version } from "../../parts/basics.tsx";
import { Glyph } from "../../parts/glyph.tsx";
import { formOf, wordOf } from "../../parts/status.ts";
import { inputNote, userNote } from "./link-notes.ts";

interface LinksProps {
  readonly title: "Inputs" | "Used by";
  readonly rows: readonly LinkRow[];
}

/** What an asset is made from, or what is made from it, with the version that was read. */
export const Links = ({ title, rows }: LinksProps) => {
  if (rows.length === 0) return null;
  const note = title === "Inputs" ? inputNote : userNote;
  return (
    <Card title={title}>
      <div class="list">
        {rows.map((row) => (
          <a key={row.name} class="hit" href={hrefOf({ screen: "asset", name: row.name })}>
            <Glyph form={row.kind === "task" ? "task" : formOf(row.status)} />
            <span class="sr">{wordOf(row.status)}</span>
            <span class="two">
              <b class="clip">{row.name}</b>
              <span class="xs dim clip">{note(row)}</span>
            </span>
            {row.read !== undefined && <Version version={row.read} />}
          </a>
        ))}
      </div>
    </Card>
  );
};

/** Where the value is. */
export const StoredAt = ({ stored, asset }: { readonly stored: StoredView; readonly asset: AssetView }) => {
  const { latest, codeVersion } = asset;
  return (
    <Card title="Stored at">
      <dl class="kv">
        {stored.path !== undefined && (
          <>
            <dt>key</dt>
            <dd class="mono path">
              {stored.path.split("/").map((segment, index, all) => (
                <>
                  {segment}
                  {index < all.length - 1 && "/"}
                  <wbr />
                </>
              ))}
            </dd>
          </>
        )}
        <dt>handler</dt>
        <dd>{stored.handler}</dd>
        {latest !== undefined && (
          <>
            <dt>version</dt>
            <dd>
              <Version version={latest.dataVersion} />
            </dd>
          </>
        )}
        {codeVersion !== undefined && (
          <>
            <dt>code</dt>
            <dd>version {codeVersion}</dd>
          </>
        )}
        {latest !== undefined && (
          <>
            <dt>run</dt>
            <dd>
              <a class="link mono" href={hrefOf({ screen: "run", runId: latest.runId })}>
                {latest.runId.slice(0, 8)}
              </a>
            </dd>
          </>
        )}
        <dt>history</dt>
        <dd>{stored.hasHistory ? "every version is kept" : "only the latest is kept"}</dd>
      </dl>
    </Card>
  );
};
