import { isEdgewaterError, thrownText } from "../errors.ts";
import type { Found, LatestRecord } from "../storage/types.ts";
import { isStillLatest, type Output } from "./look.ts";
import type { LoadEnvironment } from "./run-environment.ts";

/**
 * Records what a look at the store of an output found, unless that is known already. Evaluations, resumed runs and the staleness
 * see it from then on. Does not reject: the caller has its result anyway.
 *
 * @param latest the latest record before the look; a later one is about another value
 */
export async function recordFinding(
  output: Output,
  found: Found,
  environment: LoadEnvironment,
  latest: LatestRecord | undefined,
): Promise<void> {
  const { storage, log } = environment;
  if (storage.isReadOnly) return;
  try {
    const { lastMaterializationId: materializationId, lastRunId: runId, lastFound = "Stored" } = latest ?? {};
    if (materializationId === undefined || runId === undefined || lastFound === found) return;
    await storage.commit({
      preconditions: [isStillLatest(output, latest)],
      events: [
        {
          eventType: "Verification",
          assetKey: output.definition.name,
          partitionKey: output.key,
          runId,
          timestamp: Date.now(),
          dataVersion: undefined,
          codeVersion: undefined,
          inputDataVersions: {},
          metadata: {},
          found,
          materializationId,
        },
      ],
    });
  } catch (error) {
    // Another run has recorded the output meanwhile.
    if (isEdgewaterError(error, "PreconditionFailed")) return;
    log.warn(`Cannot record that the value of ${JSON.stringify(output.definition.name)} is ${found}`, thrownText(error));
  }
}
