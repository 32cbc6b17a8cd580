/** Where the killed processes keep their values and records. */
import { type ObjectStore, Storage } from "edgewater";
import { LocalStore } from "edgewater/local";
import { postgres } from "edgewater/postgres";
import { S3Store } from "edgewater/s3";

export type Place =
  | { readonly kind: "local"; readonly folder: string }
  | { readonly kind: "services"; readonly database: string; readonly s3: ConstructorParameters<typeof S3Store>[0] };

/** Opens the store and the Storage. */
export async function openPlace(place: Place): Promise<{ readonly store: ObjectStore; readonly storage: Storage }> {
  if (place.kind === "local") {
    return { store: new LocalStore(`${place.folder}/values`), storage: await Storage.embedded(`${place.folder}/records`) };
  }
  const backend = postgres(place.database);
  await Storage.migrate(backend);
  return { store: new S3Store(place.s3), storage: await Storage.connect(backend) };
}
