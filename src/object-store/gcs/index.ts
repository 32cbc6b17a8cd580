/**
 * `edgewater/gcs`: objects in Google Cloud Storage, through `fetch`.
 *
 * @module
 */
export type { GCSAccessToken, GCSCredentialProvider, GCSCredentials, GCSHMACKey } from "./credentials.ts";
export type { GCSStoreOptions } from "./options.ts";
export { GCSStore } from "./store.ts";
