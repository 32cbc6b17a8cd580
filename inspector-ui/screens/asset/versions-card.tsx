import type { AssetView } from "../../../src/inspector/inspection.ts";
import type { Query } from "../../frame/route.ts";
import { hrefOf } from "../../frame/route.ts";
import { Ago, Button, Card, Version } from "../../parts/basics.tsx";
import { shortVersion } from "../../parts/fingerprint.ts";
import { formatNumber, formatUtc } from "../../parts/format.ts";
import { useApp } from "../../state/context.ts";
import { type Compared, withCompared } from "./compared.ts";
import { notesOf } from "./version-notes.ts";

interface VersionsProps {
  readonly asset: AssetView;
  readonly query: Query;
  readonly compared: Compared | undefined;
  readonly onMore: () => void;
}

/** The versions, newest first, by what they hold. A and B choose the two that are compared. */
export const Versions = ({ asset, query, compared, onMore }: VersionsProps) => {
  const { router } = useApp();
  const { versions, next } = asset;
  const notes = notesOf(versions, next === undefined);
  if (versions.length === 0) return null;
  return (
    <Card
      title="Versions"
      sub={next === undefined ? formatNumber(versions.length) : `the latest ${formatNumber(versions.length)}`}
      acts={
        next !== undefined && (
          <Button look="quiet" onClick={onMore}>
            Show more
          </Button>
        )
      }
    >
      <ol class="vers">
        {versions.map((version, index) => {
          const { why, delta, isSame } = notes[index] ?? { why: "", delta: "", isSame: false };
          const told = `${shortVersion(version.dataVersion)} of ${formatUtc(version.at)}`;
          const choose = (side: "from" | "to") => () =>
            router.replace({ screen: "asset", name: asset.name, query: withCompared(query, side, version, compared) });
          return (
            <li key={version.eventId} class={isSame ? "same" : ""}>
              <span class="ab">
                <button
                  type="button"
                  aria-label={`Compare from ${told}`}
                  aria-pressed={compared?.from === version}
                  onClick={choose("from")}
                >
                  A
                </button>
                <button type="button" aria-label={`Compare to ${told}`} aria-pressed={compared?.to === version} onClick={choose("to")}>
                  B
                </button>
              </span>
              <span class="dot" />
              <a
                href={hrefOf({ screen: "asset", name: asset.name, query: { ...query, version: String(version.eventId) } })}
                aria-label={`Show the value of ${told}`}
                aria-current={query["version"] === String(version.eventId) ? "true" : undefined}
              >
                <Version version={version.dataVersion} />
              </a>
              <span class="w clip dim" title={why}>
                {version.partition !== undefined && <b>{version.partition} </b>}
                {why}
              </span>
              <a class="right sm" href={hrefOf({ screen: "run", runId: version.runId })} title={`Run ${version.runId}`}>
                <b>{delta}</b> <Ago at={version.at} class="faint" />
              </a>
            </li>
          );
        })}
      </ol>
    </Card>
  );
};
