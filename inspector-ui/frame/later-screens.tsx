/** What is not part of the first load: every screen but the overview, and the dialog of a plan. */
import type { ComponentChildren } from "preact";
import { Dialog } from "../parts/dialog.tsx";
import { useStore } from "../state/context.ts";
import { later } from "./later.tsx";

const InDialog = ({ children }: { readonly children: ComponentChildren }) => {
  const store = useStore();
  return (
    <Dialog label="What would be done" onClose={() => store.plan(undefined)}>
      {children}
    </Dialog>
  );
};

export const Asset = later(() => import("../screens/asset/asset.tsx").then((module) => module.Asset));
export const Assets = later(() => import("../screens/assets.tsx").then((module) => module.Assets));
export const Automation = later(() => import("../screens/automation/automation.tsx").then((module) => module.Automation));
export const Partitions = later(() => import("../screens/partitions/partitions.tsx").then((module) => module.Partitions));
export const PlanDialog = later(() => import("../screens/plan/plan-dialog.tsx").then((module) => module.PlanDialog), InDialog);
export const Run = later(() => import("../screens/run/run.tsx").then((module) => module.Run));
export const Runs = later(() => import("../screens/runs/runs.tsx").then((module) => module.Runs));
export const Storage = later(() => import("../screens/storage/storage.tsx").then((module) => module.Storage));

/** Loads all of it, so that it is there when it is gone to. */
export function preloadScreens(): void {
  for (const screen of [Asset, Assets, Automation, Partitions, PlanDialog, Run, Runs, Storage]) screen.preload();
}
