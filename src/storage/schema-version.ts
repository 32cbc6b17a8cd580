import { EdgewaterError } from "../errors.ts";

/** The schema version that this library writes. */
export const schemaVersion = 2;

/** The versions that a back end stores about its schema. */
export interface Stamp {
  /** The schema version. */
  readonly version: number;
  /** The oldest schema version whose library can read it. */
  readonly minReader: number;
  /** The oldest schema version whose library can write it. */
  readonly minWriter: number;
}

/** The stamp of a schema that this library creates. */
export const currentStamp: Stamp = { version: schemaVersion, minReader: 2, minWriter: 2 };

/**
 * Refuses a schema that this library cannot work with.
 *
 * @throws `SchemaMismatch` whose message says what to run
 */
export function checkStamp(
  store: string,
  { version, minReader, minWriter }: Stamp,
  readOnly: boolean,
  known: number = schemaVersion,
): void {
  const refuse = (remedy: string): never => {
    const message = `Cannot open ${store}: it has schema version ${version}, and this edgewater has ${known}; ${remedy}`;
    throw new EdgewaterError("SchemaMismatch", message, { store });
  };
  if (minReader > known) refuse(`use an edgewater with schema version ${minReader} or later`);
  if (minWriter > known && !readOnly)
    refuse(`use an edgewater with schema version ${minWriter} or later, or open it with { readOnly: true }`);
  if (version < known) refuse("run Storage.migrate(…) once, while nothing else uses it");
}
