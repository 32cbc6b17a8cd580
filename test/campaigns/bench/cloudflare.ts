/** A run of a thousand steps as a Workflow and through a Queue, in workerd with D1 and R2. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { components } from "../../../scripts/components.ts";
import type { ManyReport } from "../workflows/many.ts";
import { startWorker } from "../workflows/server.ts";
import type { AddRow } from "./harness.ts";

const steps = 1000;

/** The most statements of D1 that a step may take: thirty steps stay below the 1,000 of an invocation. */
const mostStatements = 30;

export async function cloudflareRows(add: AddRow): Promise<void> {
  if (!components.workerd.path) return;
  const folder = await mkdtemp(join(tmpdir(), "edgewater-bench-"));
  const { call, kill } = await startWorker(folder);
  try {
    for (const [through, engine] of [
      ["workflow", "Cloudflare Workflow"],
      ["queue", "Cloudflare Queue"],
    ] as const) {
      const { success, milliseconds, statements } = await call<ManyReport>(`/many?steps=${steps}&through=${through}`);
      const perStep = statements / steps;
      add({
        what: `1,000 steps, ${engine} in workerd`,
        measured: `${(milliseconds / 1000).toFixed(1)} s, ${perStep.toFixed(1)} statements of D1 a step`,
        budget: `≤ ${mostStatements} statements a step`,
        isWithin: success && perStep <= mostStatements,
        anchor: "—",
      });
    }
  } finally {
    await kill();
    await rm(folder, { recursive: true });
  }
}
