import type { AssetView } from "../../../src/inspector/inspection.ts";
import { hrefOf, type Query } from "../../frame/route.ts";
import { Ago, Version } from "../../parts/basics.tsx";

interface ShownVersionProps {
  readonly asset: AssetView;
  readonly version: number;
  readonly query: Query;
}

/** Says that an earlier version is shown, with the way back to the latest. */
export const ShownVersion = ({ asset, version, query }: ShownVersionProps) => {
  const row = asset.versions.find(({ eventId }) => eventId === version);
  const { version: _, ...rest } = query;
  return (
    <div class="note info">
      <span class="grow">
        An earlier version is shown{row === undefined ? "" : ": "}
        {row !== undefined && (
          <>
            <Version version={row.dataVersion} />, <Ago at={row.at} class="faint" inSentence />
          </>
        )}
      </span>
      <a class="btn" href={hrefOf({ screen: "asset", name: asset.name, query: rest })}>
        Show the latest
      </a>
    </div>
  );
};
