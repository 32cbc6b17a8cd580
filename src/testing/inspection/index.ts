/**
 * The conformance cases of an inspection.
 *
 * @module
 */
import { actionCases } from "./actions.ts";
import type { InspectionCase, InspectionStage } from "./check.ts";
import { liveCases } from "./live.ts";
import { recordCases } from "./records.ts";
import { valueCases } from "./values.ts";

export type { InspectionCase, InspectionStage };

/** The obligations of every implementation of `Inspection`, as cases for tests. Each case makes a repository of its own. */
export function inspectionCases(): readonly InspectionCase[] {
  return [...recordCases, ...liveCases.map(whereLive), ...valueCases, ...actionCases];
}

/** A case for implementations that show what happens after they were opened. */
function whereLive({ name, run }: InspectionCase): InspectionCase {
  return {
    name,
    run: async (stage) => {
      if (stage.isLive !== false) await run(stage);
    },
  };
}
