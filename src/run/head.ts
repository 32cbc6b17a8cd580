import { thrownText } from "../errors.ts";
import type { StoredEvent } from "../storage/types.ts";
import { contextOf, historyOf, type Output } from "./look.ts";
import type { LoadEnvironment } from "./run-environment.ts";

/**
 * Notes for people which version was recorded last, where the handler of an output keeps versions. Does not reject: nothing depends
 * on it.
 */
export async function pointHead(output: Output, event: StoredEvent, environment: LoadEnvironment): Promise<void> {
  const { pointHead } = historyOf(output, environment) ?? {};
  if (pointHead === undefined || event.stored === undefined) return;
  try {
    await pointHead(contextOf(output, event, environment), event.id);
  } catch (error) {
    environment.log.warn(`Cannot write the HEAD of ${JSON.stringify(output.definition.name)}`, thrownText(error));
  }
}
