import type { InspectedStatus, RunRow } from "../../src/inspector/inspection.ts";

/** The forms of glyphs and colours. Each status has a word, a shape and a colour of its own. */
export type Form = "ok" | "stale" | "part" | "fail" | "run" | "none" | "loose" | "seen" | "no" | "skip" | "task";

const forms: Readonly<Record<InspectedStatus, readonly [form: Form, word: string]>> = {
  UpToDate: ["ok", "Up to date"],
  Stale: ["stale", "Stale"],
  Partial: ["part", "Partial"],
  Missing: ["none", "Missing"],
  Failed: ["fail", "Failed"],
  Running: ["run", "Running"],
  Unrecorded: ["loose", "Unrecorded"],
  Observed: ["seen", "Observed"],
};

export const formOf = (status: InspectedStatus): Form => forms[status][0];
export const wordOf = (status: InspectedStatus): string => forms[status][1];

/** All of them, as a legend tells them. */
export const legend: readonly (readonly [form: Form, text: string])[] = [
  ["ok", "Up to date"],
  ["stale", "Stale"],
  ["part", "Some partitions to make"],
  ["run", "Running"],
  ["fail", "Failed"],
  ["loose", "Written, not recorded"],
  ["none", "Missing"],
  ["seen", "External, observed"],
];

const runForms: Readonly<Record<RunRow["status"], readonly [form: Form, word: string]>> = {
  Started: ["run", "Running"],
  Interrupted: ["stale", "Interrupted"],
  Success: ["ok", "Success"],
  Failure: ["fail", "Failed"],
  Canceled: ["no", "Canceled"],
};

export const formOfRun = (status: RunRow["status"]): Form => runForms[status][0];
export const wordOfRun = (status: RunRow["status"]): string => runForms[status][1];
