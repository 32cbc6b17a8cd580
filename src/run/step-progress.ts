import type { AssetContext } from "../asset/types.ts";
import { EdgewaterError } from "../errors.ts";
import { checkNumber } from "../options.ts";
import type { Step } from "./plan.ts";
import type { StepEnvironment } from "./run-environment.ts";

/** `context.progress` of a step. What an attempt tells that was abandoned is ignored. */
export function progressOf(
  { label, computation }: Step,
  { owner, signal, onProgress }: Pick<StepEnvironment, "owner" | "signal" | "onProgress">,
): AssetContext["progress"] {
  return (done, total) => {
    const method = "context.progress";
    checkNumber(method, "total", required(total, "total"), { least: 0, fractions: true });
    checkNumber(method, "done", required(done, "done"), { least: 0, fractions: true });
    if (done > total) {
      const message = `Invalid done of ${method} in ${JSON.stringify(computation.name)}: ${done} is more than the total, ${total}; pass how much is done, and then how much there is`;
      throw new EdgewaterError("SettingsError", message, { asset: computation.name, field: "done" });
    }
    if (!signal.aborted) onProgress({ type: "progress", runId: owner.run.runId, step: label, done, total });
  };

  function required(value: number | undefined, field: string): number {
    if (value !== undefined) return value;
    const message = `Missing ${field} of context.progress in ${JSON.stringify(computation.name)}; pass context.progress(done, total)`;
    throw new EdgewaterError("SettingsError", message, { asset: computation.name, field });
  }
}
