import type { EventView } from "../../../src/inspector/inspection.ts";
import { shortVersion } from "../../parts/fingerprint.ts";
import { formatCount } from "../../parts/format.ts";
import { type Form, formOfRun, wordOfRun } from "../../parts/status.ts";
import { type Live, progressKey } from "../../state/apply.ts";

/** A line of the activity: what happened to what. */
export interface ActivityRow {
  readonly id: number;
  readonly at: number;
  readonly name: string;
  readonly what: string;
  readonly form: Form;
  readonly runId: string;
}

/** What happened last, newest first. */
export function activityOf(events: readonly EventView[], live: Live, limit: number): readonly ActivityRow[] {
  const rows: ActivityRow[] = [];
  for (const event of events) {
    if (rows.length === limit) break;
    const told = tell(event, live);
    if (told === undefined) continue;
    const [what, form] = told;
    rows.push({ id: event.id, at: event.at, name: nameOf(event), what, form, runId: event.runId });
  }
  return rows;
}

const nameOf = ({ asset, partition, runId }: EventView): string =>
  asset === undefined ? `Run ${runId}` : partition === undefined ? asset : `${asset} ${partition}`;

function tell(event: EventView, live: Live): readonly [what: string, form: Form] | undefined {
  switch (event.type) {
    case "Materialization":
      return [event.unchanged === true ? "same bytes as before" : madeOf(event), "ok"];
    case "Observation":
      return [`observed${event.dataVersion === undefined ? "" : `, ${shortVersion(event.dataVersion)}`}`, "seen"];
    case "StepStart": {
      const progress = event.asset === undefined ? undefined : live.progress.get(progressKey(event.runId, event.asset));
      return [progress === undefined ? "started" : `${Math.floor((progress.done / Math.max(1, progress.total)) * 100)} %`, "run"];
    }
    case "StepRetry":
      return [`failed, is tried again: ${event.failure?.message ?? ""}`, "stale"];
    case "StepFailure":
      return [`failed: ${event.failure?.message ?? event.reason ?? ""}`, "fail"];
    case "StepSkipped":
      return [`skipped${event.reason === undefined ? "" : `, ${event.reason}`}`, "skip"];
    case "Verification":
      return [`its store was looked at: ${(event.found ?? "").toLowerCase()}`, event.found === "Stored" ? "ok" : "stale"];
    case "RunStart":
      return ["started", "run"];
    case "RunEnd":
      return [
        event.status === undefined ? "ended" : wordOfRun(event.status).toLowerCase(),
        event.status === undefined ? "no" : formOfRun(event.status),
      ];
    default:
      // What each step records on its own way is told by its materialization or its failure.
      return undefined;
  }
}

function madeOf({ metadata, dataVersion }: EventView): string {
  const rows = (metadata["rows"] as { readonly Int?: { readonly value?: unknown } } | undefined)?.Int?.value;
  const version = dataVersion === undefined ? "" : shortVersion(dataVersion);
  return typeof rows === "number" ? `${formatCount(rows, "row")}, ${version}` : version === "" ? "materialized" : version;
}
