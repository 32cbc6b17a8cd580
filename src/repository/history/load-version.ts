import { EdgewaterError, isEdgewaterError } from "../../errors.ts";
import { goneVersion, type LoadRequest, readRecorded, validated } from "../../run/load-inputs.ts";
import { contextOf, type Output } from "../../run/look.ts";
import { isValueOf } from "../../run/provenance.ts";
import type { LoadEnvironment } from "../../run/run-environment.ts";
import type { StoredEvent } from "../../storage/types.ts";
import { findVersion, nameOf, requireHistory, type VersionName } from "./find-version.ts";
import { folderOf } from "./stored-versions.ts";

/**
 * Loads an earlier version of a value.
 *
 * @throws `NotSupported` without history, `NotFound` for a version that is not kept, `Integrity` for one whose object is gone or
 *   was changed, and what its handler throws
 */
export async function loadVersion(request: LoadRequest, version: VersionName, environment: LoadEnvironment): Promise<unknown> {
  const output = { definition: request.source, key: request.key };
  const history = requireHistory(output, "load an earlier version of", environment);
  const event = await findVersion(output, version, "load", environment);
  const { value, loaded } = await readRecorded(request, event, environment).catch(async (error: unknown) => {
    if (!isEdgewaterError(error, "NotFound")) throw error;
    // It may have been pruned since its event was found.
    await findVersion(output, event.id, "load", environment);
    throw goneVersion(output, event, error);
  });
  const isKnown = loaded?.writeId !== undefined || loaded?.digest !== undefined;
  if (isKnown && !isValueOf(event, loaded)) {
    const isVersion = folderOf(event.stored?.path ?? "") === history.folderOf(contextOf(output, event, environment));
    throw otherValue(output, event, isVersion);
  }
  return validated(value, request);
}

/** The error of an event whose object has another value. */
function otherValue(output: Output, { id, stored }: StoredEvent, isVersion: boolean): EdgewaterError {
  const { name } = output.definition;
  const [code, reason] = isVersion
    ? (["Integrity", "was changed by hand; load another version, or materialize it again"] as const)
    : (["NotFound", "was overwritten when its handler had no history; load a later version"] as const);
  const message = `Cannot load ${nameOf(output)} as the event ${id} has recorded it: the object ${JSON.stringify(stored?.path)} ${reason}`;
  return new EdgewaterError(code, message, { asset: name, key: stored?.path });
}
