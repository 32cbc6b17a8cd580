/** The store of the values in a bucket. */
import { EdgewaterError, type FullObjectStore } from "edgewater";
import { type S3Credentials, S3Store } from "edgewater/s3";
import { withPrefix } from "edgewater/with";
import { enteredKeys, type Place, placeName } from "./place.ts";

export function openBucket(place: Extract<Place, { readonly kind: "s3" }>): FullObjectStore {
  const credentials = (): S3Credentials => {
    const entered = enteredKeys(place);
    if (entered !== undefined) return entered;
    const message = `Cannot reach the bucket ${place.bucket}: its keys are not kept when the page is loaded again; enter them`;
    throw new EdgewaterError("Unauthenticated", message, { store: placeName(place) });
  };
  const endpoint = place.endpoint === "" ? {} : { endpoint: place.endpoint };
  const store = new S3Store({ bucket: place.bucket, region: place.region, credentials, ...endpoint });
  return place.prefix === "" ? store : withPrefix(store, place.prefix);
}
