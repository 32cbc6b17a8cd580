import { EdgewaterError } from "../errors.ts";

/** The version of how records are laid out that this library writes. */
export const schemaVersion = 1;

/** What records say of themselves: their version, and the oldest ones that can read and write them. */
export interface Stamp {
  readonly version: number;
  readonly minReader: number;
  readonly minWriter: number;
}

/** The stamp of records that this library makes. */
export const currentStamp: Stamp = { version: schemaVersion, minReader: 1, minWriter: 1 };

/**
 * Refuses records that this version cannot work with.
 *
 * @throws `SchemaMismatch` that says what to run
 */
export function checkStamp(
  store: string,
  { version, minReader, minWriter }: Stamp,
  readOnly: boolean,
  known: number = schemaVersion,
): void {
  const refuse = (remedy: string): never => {
    const message = `The records in ${store} have schema version ${version}, and this edgewater has ${known}: ${remedy}`;
    throw new EdgewaterError("SchemaMismatch", message, { store });
  };
  if (minReader > known) refuse(`use an edgewater with schema version ${minReader} or later`);
  if (minWriter > known && !readOnly)
    refuse(`use an edgewater with schema version ${minWriter} or later, or open them with { readOnly: true }`);
  if (version < known && !readOnly) refuse("run Storage.migrate(…) on them once");
}
