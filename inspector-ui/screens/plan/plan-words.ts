/** What an action is called, and what stays of it when steps are left out. */
import type { Action, PlanStep, PlanView } from "../../../src/inspector/inspection.ts";
import { formatCount, formatDuration, formatNumber } from "../../parts/format.ts";
import type { Form } from "../../parts/status.ts";
import { shortRunId } from "../runs/run-words.ts";

/** The heading of the plan. */
export function titleOf(action: Action): string {
  switch (action.type) {
    case "materialize":
      return action.only === undefined ? `Materialize ${namesOf(action.selection)}` : `Materialize what is ${action.only}`;
    case "backfill":
      return action.only === undefined
        ? `Backfill ${namesOf(action.selection)}`
        : `Backfill what is ${action.only} of ${namesOf(action.selection)}`;
    case "resume":
      return `Resume run ${shortRunId(action.runId)}`;
    case "cancel":
      return `Cancel run ${shortRunId(action.runId)}`;
    case "end":
      return `Mark run ${shortRunId(action.runId)} as canceled`;
    case "observe":
      return `Observe ${namesOf(action.selection)}`;
    case "automate":
      return "Run what the conditions ask for";
    case "write":
      return `Write ${action.asset}`;
    case "rollback":
      return `Roll ${action.asset} back`;
    case "delete":
      return `Delete ${formatCount(action.keys.length, "object")}`;
    case "prune":
      return "Prune old records";
    case "persist":
      return "Ask the browser to keep the data";
  }
}

function namesOf(names: readonly string[]): string {
  if (names.length === 0) return "everything";
  if (names.length <= 2) return names.join(" and ");
  return formatCount(names.length, "asset");
}

/** The word on the button that does it, with what it would really do. */
export function confirmOf(action: Action, plan: PlanView): string {
  const steps = working(plan).length;
  switch (action.type) {
    case "materialize":
      return `Materialize ${formatNumber(plan.total > plan.steps.length ? plan.total : steps)}`;
    case "backfill":
      return `Backfill ${formatCount(partitionsOf(plan), "partition")}`;
    case "resume":
      return steps === 0 ? "Resume" : `Resume, make ${formatNumber(plan.total > plan.steps.length ? plan.total : steps)}`;
    case "cancel":
      return "Cancel the run";
    case "end":
      return "Mark as canceled";
    case "observe":
      return "Observe";
    case "automate":
      return `Run ${formatCount(steps, "step")}`;
    case "write":
      return "Write";
    case "rollback":
      return "Roll back";
    case "delete":
      return `Delete ${formatNumber(action.keys.length)}`;
    case "prune":
      return "Prune";
    case "persist":
      return "Ask the browser";
  }
}

/** The steps that would do something. */
const working = (plan: PlanView): readonly PlanStep[] => plan.steps.filter(({ why }) => why !== "unchanged" && why !== "running");

/** How many partitions a plan makes; a step without partitions counts once. */
export const partitionsOf = (plan: PlanView): number => working(plan).reduce((sum, { partitions = 1 }) => sum + partitions, 0);

/** Whether single steps of an action can be left out: only where naming the others is the same action. */
export const isDivisible = (action: Action, plan: PlanView): boolean =>
  (action.type === "materialize" || action.type === "backfill") && plan.steps.length > 1 && plan.total === plan.steps.length;

/** The action without some of its steps; undefined when none is left. */
export function narrowed(action: Action, plan: PlanView, leftOut: ReadonlySet<string>): Action | undefined {
  if (leftOut.size === 0 || (action.type !== "materialize" && action.type !== "backfill")) return action;
  const selection = plan.steps.filter(({ step }) => !leftOut.has(step)).flatMap(({ assets }) => assets);
  if (selection.length === 0) return undefined;
  const { includeUpstream: _, ...rest } = action;
  return { ...rest, selection };
}

/** Whether what it is made from can be asked for too. */
export const canIncludeUpstream = (action: Action): boolean =>
  action.type === "materialize" && action.selection.length > 0 && action.only === undefined;

/** Whether nothing would happen. */
export const isIdle = (action: Action, plan: PlanView): boolean =>
  (action.type === "materialize" || action.type === "backfill" || action.type === "automate" || action.type === "observe") &&
  plan.total === 0;

/** How long it took the last time. */
export const estimateText = ({ estimateMs }: PlanView): string => (estimateMs === undefined ? "" : ` About ${formatDuration(estimateMs)}.`);

const forms: Readonly<Record<PlanStep["why"], Form>> = {
  missing: "none",
  stale: "stale",
  failed: "fail",
  requested: "ok",
  unchanged: "ok",
  running: "run",
};

export const formOfStep = ({ why }: PlanStep): Form => forms[why];

/** What goes away and does not come back has a button of its own colour. */
export const isDestructive = ({ type }: Action): boolean => type === "delete" || type === "prune";
